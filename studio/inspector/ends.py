"""The pages of an Input (what goes in) and of an Output (what it is to predict, and how that is judged)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from engine.params import Kind, Param
from studio import commands
from studio.document import MAIN, Frozen, thaw
from studio.document.data import fields_of
from studio.inspector import losses
from studio.inspector.editors import Combo, Editor
from studio.inspector.making import make_editor
from studio.inspector.param_row import ParamRow
from studio.inspector.parts import column, field, label
from studio.kit import Switch
from studio.theme import set_role
from studio.words import size_words

if TYPE_CHECKING:
    from studio.session import Session

_SHAPE = Param("shape", Kind("tuple", minimum=1))
_DTYPES = ("float32", "int64", "int32", "bool", "string")
_DTYPE = Param("dtype", Kind("choice", choices=_DTYPES), "float32")
_WEIGHT = Param("weight", Kind("float", minimum=0.0), 1.0)


class EndPage(QWidget):
    """What both pages share: the node shown, and the way its options are changed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._node, self._graph = "", MAIN
        self._column = column(self)

    def show_node(self, node: str, graph: str) -> None:
        """Show a node's options."""
        self._node, self._graph = node, graph
        self.refresh(self._session.document.node(node, graph).options)

    def _is_there(self) -> bool:
        """Return whether the node is still in the drawing: a field that goes with it gives what it holds."""
        return self._session.document.find_node(self._node, self._graph) is not None

    def refresh(self, options: Frozen) -> None:
        """Bring the controls to what the node's options say."""
        raise NotImplementedError

    def _set(self, **changes: Any) -> None:
        if not self._is_there():
            return
        commands.set_options(self._session, self._node, changes, graph=self._graph)

    def _row(self, param: Param) -> ParamRow:
        row = ParamRow(param, "", None)
        row.edited.connect(lambda name, value: self._set(**{name: value}))
        row.reset.connect(lambda name: self._set(**{name: None}))
        self._column.addWidget(row)
        return row


class InputPage(EndPage):
    """A field of the data, or a shape and dtype by hand."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.fields = Combo()
        self.fields.activated.connect(self._choose)
        self.hint = label("", "muted")
        self._column.addWidget(field(self.tr("Data field"), self.fields))
        self._column.addWidget(self.hint)
        self.shape, self.dtype = self._row(_SHAPE), self._row(_DTYPE)
        self.shape.editor.describe(self.tr("shape"), self.tr("The sizes of one example, such as 28, 28, 1"))

    def refresh(self, options: Frozen) -> None:
        known = fields_of(self._session.document)
        chosen = options.get("field")
        self.fields.clear()
        for name, each in known.items():
            self.fields.addItem(f"{name}  ({size_words(each.shape)})", name)
        self.fields.addItem(self.tr("Shape by hand"), "")
        if chosen and chosen not in known:
            gone = self.tr("{name} (not in the data)").format(name=chosen)
            self.fields.addItem(gone, chosen)
        self.fields.show_data(chosen or "")
        by_hand = not chosen
        for row in (self.shape, self.dtype):
            row.setVisible(by_hand)
        self.shape.show_values([options.get("shape")])
        self.dtype.show_values([options.get("dtype", _DTYPE.default)])
        self.hint.setText(self.tr("Without a field the model can be drawn, but not trained."))
        self.hint.setVisible(by_hand)

    def _choose(self) -> None:
        name = self.fields.currentData()
        if name:
            self._set(field=name, shape=None, dtype=None)
            return
        old = fields_of(self._session.document).get(
            str(self._session.document.node(self._node, self._graph).options.get("field"))
        )
        shape = list(old.shape) if old is not None else None
        self._set(field=None, shape=shape or None)


class OutputPage(EndPage):
    """The target, the loss, its weight among several outputs, and the metrics."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.targets, self.loss = Combo(), Combo()
        self.targets.activated.connect(self._choose_target)
        self.loss.activated.connect(self._choose_loss)
        set_role(self.loss, "mono")
        self.logits = Switch()
        self.logits.setAccessibleName(self.tr("from_logits"))
        self.logits.clicked.connect(
            lambda: self._set(loss=losses.with_logits(self._loss(), self.logits.isChecked()))
        )
        self._logits_row = field("from_logits", self.logits)
        self._logits_row.setToolTip(
            self.tr("On where the layer before gives raw numbers: the loss then applies softmax itself.")
        )
        self.metrics = QListWidget()
        self.metrics.setFixedHeight(172)
        self.metrics.setAccessibleName(self.tr("Metrics"))
        self.metrics.itemChanged.connect(self._check)
        self.metrics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column.addWidget(field(self.tr("Target"), self.targets))
        self._column.addWidget(field(self.tr("Loss"), self.loss))
        self._column.addWidget(self._logits_row)
        self.weight = make_editor(_WEIGHT, "", None)
        self.weight.edited.connect(lambda value: self._set(weight=None if value == 1.0 else value))
        self.reason = label("", "danger")
        self.reason.hide()
        self.weight.failed.connect(self._reproach)
        self._column.addWidget(field(self.tr("Loss weight"), self._described(self.weight)))
        self._column.addWidget(self.reason)
        self._column.addSpacing(4)
        self._column.addWidget(label(self.tr("Metrics"), "heading"))
        self._column.addWidget(self.metrics)

    def _described(self, editor: Editor) -> Editor:
        words = self.tr("How much this output counts beside the others; 1 is the usual weight")
        editor.describe(self.tr("Loss weight"), words)
        return editor

    def _reproach(self, reason: str) -> None:
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    def _options(self) -> Frozen:
        options: Frozen = self._session.document.node(self._node, self._graph).options
        return options

    def _loss(self) -> Any:
        return self._options().get("loss")

    def refresh(self, options: Frozen) -> None:
        known = fields_of(self._session.document)
        target = options.get("target")
        listed = self._session.document.setting("data").get("targets", ())
        ordered = sorted(known, key=lambda name: name not in listed)
        self.targets.clear()
        for name in ordered:
            self.targets.addItem(name, name)
        gone = self.tr("{name} (not in the data)").format(name=target)
        self.targets.setPlaceholderText(self.tr("choose") if known else self.tr("no data yet"))
        self.targets.show_data(target, gone)
        if self._session.catalog is None:  # the losses come with it
            return
        of = known.get(str(target))
        self.loss.clear()
        for name in losses.loss_names(of):
            self.loss.addItem(name, name)
        loss = options.get("loss")
        plain = losses.plain_loss(loss)
        self.loss.setPlaceholderText(self.tr("choose"))
        self.loss.show_data(plain or None)
        self._logits_row.setVisible(losses.can_read_logits(plain))
        self.logits.setChecked(losses.reads_logits(loss))
        self.weight.show_value(options.get("weight", 1.0))
        self._show_metrics(list(losses.metric_names(of)), thaw(options.get("metrics", ())))

    def _show_metrics(self, names: list[str], chosen: list[Any]) -> None:
        top = self.metrics.verticalScrollBar().value()
        row = self.metrics.currentRow()
        self.metrics.blockSignals(True)
        self.metrics.clear()
        self.metrics.ensurePolished()
        others = [each for each in chosen if each not in names]
        for value in (*others, *names):
            words = str(value.get("class_name", "?")) if isinstance(value, Mapping) else str(value)
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setToolTip(words)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if value in chosen else Qt.CheckState.Unchecked)
            self.metrics.addItem(item)
        self.metrics.setCurrentRow(row)
        self.metrics.blockSignals(False)
        self.metrics.verticalScrollBar().setValue(top)

    def _check(self, changed: QListWidgetItem) -> None:
        items = [item for row in range(self.metrics.count()) if (item := self.metrics.item(row)) is not None]
        ticked = [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked]
        old = thaw(self._options().get("metrics", ()))
        new = [each for each in old if each in ticked] + [each for each in ticked if each not in old]
        self._set(metrics=new or None)

    def _choose_target(self) -> None:
        self._set(target=self.targets.currentData())

    def _choose_loss(self) -> None:
        name = self.loss.currentData()
        keep = losses.reads_logits(self._loss()) and losses.can_read_logits(name)
        self._set(loss=losses.with_logits(name, True) if keep else name)
