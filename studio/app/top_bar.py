"""The bar above the drawing: file, undo, view, search for actions, device, and the run."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from studio.app.menus import ActionSet
from studio.app.train_button import TrainButton
from studio.kit import SearchField, Segmented
from studio.kit.keymap import keymap
from studio.theme import icon, set_role, ui_font
from studio.theme.fonts import SIZES


class _ActionField(SearchField):
    """Looks like a search field and opens the command palette, where the typing happens."""

    wanted = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.wanted.emit()


LONGEST = 260
"""Pixels of a file's name; the tab and the tool tip have more of it."""
NARROW = 1040
"""The width from which on the device is named here; the settings of the training name it too."""


class TopBar(QFrame):
    """Everything about the whole project in one line; its buttons are the actions of the menus."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self._actions = actions
        self._file = ""
        self.name = QLabel()
        self.state = QLabel()
        self.name.setFont(ui_font(SIZES["heading"], bold=True))
        set_role(self.state, "faint")
        for label in (self.name, self.state):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.style_choice = Segmented(
            [("sequential", self.tr("Sequential")), ("graph", self.tr("Graph"))], self.tr("How to draw")
        )
        self.finder = _ActionField(self.tr("Find any action"))
        self.finder.setReadOnly(True)
        self.finder.setMinimumWidth(110)
        self.finder.setMaximumWidth(230)
        self.finder.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.finder.wanted.connect(lambda: actions["commands"].trigger())
        self.device = QLabel()
        set_role(self.device, "muted")
        self.pause = self._button("pause", framed=True)
        self.stop = self._button("stop", framed=True)
        self.train = TrainButton()
        self.train.setMinimumWidth(140)
        self.train.setMaximumWidth(200)
        self.train.clicked.connect(lambda: actions["train"].trigger())
        actions["train"].changed.connect(self._follow)
        actions["commands"].changed.connect(self._show_keys)
        self._show_keys()
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 9, 20, 9)
        row.setSpacing(8)
        self.setMinimumHeight(max(self.pause.sizeHint().height(), self.stop.sizeHint().height()) + 18)
        row.addWidget(self.name)
        row.addWidget(self.state)
        row.addSpacing(14)
        row.addWidget(self._button("undo"))
        row.addWidget(self._button("redo"))
        row.addSpacing(14)
        row.addWidget(self.style_choice)
        row.addStretch(1)
        row.addWidget(self.finder, 3)
        row.addSpacing(10)
        row.addWidget(self.device)
        row.addSpacing(10)
        row.addWidget(self.pause)
        row.addWidget(self.stop)
        row.addWidget(self.train, 2)
        self._follow()

    def set_file(self, name: str, saved: bool, where: str = "") -> None:
        """Name the file and say whether what is drawn is saved in it."""
        self._file = name
        self._fit()
        self.name.setToolTip(where or name)
        self.state.setText(self.tr("saved") if saved else self.tr("not saved"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out in a narrow window what is told elsewhere too."""
        super().resizeEvent(event)
        self.device.setVisible(self.width() >= NARROW)
        self._fit()

    def _fit(self) -> None:
        room = LONGEST if self.width() >= NARROW else LONGEST // 2
        metrics = QFontMetrics(self.name.font())
        self.name.setText(metrics.elidedText(self._file, Qt.TextElideMode.ElideMiddle, room))

    def set_device(self, words: str) -> None:
        """Say what the model trains on."""
        self.device.setText(words)

    def set_running(self, running: bool) -> None:
        """Show the buttons of a run only while there is one."""
        self.pause.setVisible(running)
        self.stop.setVisible(running)
        self._follow()

    def set_paused(self, paused: bool) -> None:
        """Offer to resume instead of to pause."""
        self._actions["pause"].setIcon(icon("play" if paused else "pause", filled=True))
        self.pause.setAccessibleName(self.tr("Resume") if paused else self.tr("Pause"))

    def _button(self, name: str, framed: bool = False) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(self._actions[name].text())
        if framed:
            set_role(button, "framed")
        return button

    def _show_keys(self) -> None:
        self.finder.set_hint(keymap().words("commands").replace("+", " "))

    def _follow(self) -> None:
        action = self._actions["train"]
        running = self.train.share() is not None
        self.train.setEnabled(action.isEnabled() or running)
        self.train.setToolTip(action.toolTip())
