"""Objects as values: a name to choose, a picture of what it does, and its own parameters nested below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from engine.params import Param
from studio.document.catalog import Catalog
from studio.inspector.activation_plot import ActivationPlot
from studio.inspector.caption import Caption, Dot
from studio.inspector.editors import MIXED, Combo, Editor
from studio.inspector.seldom import is_seldom
from studio.inspector.values import same, write
from studio.theme import set_role

_FEW = 4
"""An object with no more parameters than this shows all of them."""


class ObjectEditor(Editor):
    """An activation, initializer, regularizer, constraint or layer by name, with its own parameters below it.

    ``arguments`` gives the parameters of a name, ``class_of`` what a config calls it, ``start`` the config
    that a new one begins with. A value without arguments of its own stays a plain name, unless ``bare`` is
    off. Those that few people set wait behind "More" where there are many.
    """

    def __init__(
        self,
        param: Param,
        owner: str,
        names: tuple[str, ...],
        arguments: Callable[[str], tuple[Param, ...]],
        class_of: Callable[[str], str],
        canonical: Callable[[str], str],
        *,
        bare: bool = True,
        start: Callable[[str], dict[str, Any]] | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        super().__init__(param, owner)
        self._start, self._catalog = start, catalog
        self.wide = not bare
        self._arguments, self._class_of, self._canonical, self._bare = arguments, class_of, canonical, bare
        self._value: Any = None
        self.nested: dict[str, Editor] = {}
        self.dots: dict[str, Dot] = {}
        self._captions: dict[str, Caption] = {}
        self._faults: dict[str, str] = {}
        self.combo = Combo()
        set_role(self.combo, "mono")
        if not param.required:
            self.combo.addItem(self.tr("none"), None)
        for name in names:
            self.combo.addItem(name, name)
        self.combo.activated.connect(self._choose)
        self._column.addWidget(self.combo)
        self.plot = ActivationPlot() if param.kind.family == "activations" else None
        if self.plot is not None:
            self._column.addWidget(self.plot)
        self._inner = QWidget()
        self._inner_column = QVBoxLayout(self._inner)
        self._inner_column.setContentsMargins(0, 0, 0, 4)
        self._inner_column.setSpacing(4)
        self._column.addWidget(self._inner)
        self._inner.hide()
        self._rare: dict[str, QWidget] = {}
        self._open = False
        self.more = QPushButton(self.tr("More"))
        self.more.setAutoDefault(False)
        set_role(self.more, "link")
        self.more.clicked.connect(self._unfold)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.more.hide()

    def show_value(self, value: Any) -> None:
        self._value = value
        name = self._name()
        self.combo.show_data(MIXED if value is MIXED else name)
        self.combo.setPlaceholderText(self.tr("several values") if value is MIXED else "")
        self._show_arguments(name or "")
        if self.plot is not None:
            self.plot.show_function(name if value is not MIXED else None)

    def _name(self) -> str | None:
        value = self._value
        if isinstance(value, Mapping):
            return self._canonical(str(value.get("class_name", "")))
        return self._canonical(value) if isinstance(value, str) else None

    def _config(self) -> dict[str, Any]:
        config = self._value.get("config", {}) if isinstance(self._value, Mapping) else {}
        return dict(config) if isinstance(config, Mapping) else {}

    def _show_arguments(self, name: str) -> None:
        params = self._arguments(name) if name else ()
        if list(self.nested) != [each.name for each in params]:
            while (item := self._inner_column.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
            self.nested, self._faults, self._rare = {}, {}, {}
            self.dots, self._captions = {}, {}
            for each in params:
                row = self._row(each, name)
                self._inner_column.addWidget(row)
                if len(params) > _FEW and is_seldom(each):
                    self._rare[each.name] = row
            self._inner.setVisible(bool(params))
        config = self._config()
        for each in params:
            default = None if each.required else each.default
            value = config.get(each.name, default)
            self.nested[each.name].show_value(value)
            changed = each.required or not same(each, value, default)
            tip = self.tr("Changed. Press to go back to {default}").format(
                default=write(each, default) or self.tr("none")
            )
            if each.required:
                tip = self.tr("A value is needed here")
            self.dots[each.name].set_marked(changed, tip, can_reset=not each.required)
            self._captions[each.name].set_bold(changed)
        for key, row in self._rare.items():
            row.setVisible(self._open or key in config)
        self.more.setVisible(bool(self._rare))
        self.more.setText(self.tr("Fewer") if self._open else self.tr("More"))

    def _unfold(self) -> None:
        self._open = not self._open
        self._show_arguments(self._name() or "")

    def _row(self, param: Param, name: str) -> QWidget:
        from studio.inspector.making import make_editor  # it makes these editors too

        row = QWidget()
        editor = make_editor(param, name, self._catalog)
        line = QGridLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setHorizontalSpacing(4)
        line.setVerticalSpacing(2)
        editor.describe(f"{self.param.name}.{param.name}", param.doc)
        editor.edited.connect(lambda value: self._set(param.name, value))
        editor.failed.connect(lambda reason: self._fail(param.name, reason))
        caption, dot = Caption(param.name), Dot()
        caption.setFixedHeight(30)
        caption.explanation = param.doc
        dot.clicked.connect(lambda: self._reset(param.name))
        line.addWidget(dot, 0, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(caption, 0, 1, Qt.AlignmentFlag.AlignTop)
        if editor.wide:
            line.addWidget(editor, 1, 1, 1, 2)
        else:
            line.addWidget(editor, 0, 2)
            line.setColumnStretch(1, 2)
        line.setColumnStretch(2, 3)
        self._captions[param.name], self.dots[param.name] = caption, dot
        self.nested[param.name] = editor
        return row

    def _fail(self, name: str, reason: str) -> None:
        self._faults[name] = reason
        self.failed.emit(next((each for each in self._faults.values() if each), ""))

    def _choose(self) -> None:
        name = self.combo.currentData()
        if name is None or self._bare:
            self.edited.emit(name)
        else:
            config = self._start(name) if self._start is not None else {}
            self.edited.emit({"class_name": self._class_of(name), "config": config})

    def _reset(self, argument: str) -> None:
        name = self._name()
        if name is not None and isinstance(self._value, Mapping):
            config = {key: value for key, value in self._config().items() if key != argument}
            self.edited.emit({**self._value, "class_name": self._class_of(name), "config": config})

    def _set(self, argument: str, value: Any) -> None:
        name = self._name()
        if name is not None:
            base = dict(self._value) if isinstance(self._value, Mapping) else {}
            config = self._config() | {argument: value}
            self.edited.emit({**base, "class_name": self._class_of(name), "config": config})
