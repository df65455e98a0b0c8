"""A session of the canvas' own, and a catalog of a few layers whose shapes are plain arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from psygnal import Signal
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.errors import ShapeError
from engine.params import REQUIRED, Kind, Param
from engine.spec import InputSpec, TensorSpec
from studio.app.keys import declare_keys
from studio.canvas import CanvasView
from studio.document import Document, LayerEntry, Node, Wire
from studio.document.findings import Analysis
from studio.document.shapes import analyse
from studio.document.values import EMPTY, Frozen
from studio.theme.fonts import load_fonts
from studio.undo_stack import UndoStack

Shape = tuple[Any, ...]


@dataclass(frozen=True)
class FakePort:
    name: str = "inputs"
    variadic: bool = False
    optional: bool = False


@dataclass(frozen=True)
class FakeInference:
    outputs: tuple[TensorSpec, ...]
    weights: tuple[tuple[str, Shape, bool], ...] = ()
    macs: int = 0


@dataclass(frozen=True)
class FakeSpec:
    name: str
    category: str
    summary: str
    shape: Callable[[dict[str, Any], list[Shape]], Shape]
    params: tuple[Param, ...] = ()
    inputs: tuple[FakePort, ...] = (FakePort(),)
    ndim: int | None = None
    kernel: Callable[[dict[str, Any], Shape], list[Shape]] = field(default=lambda p, s: [])
    rare: bool = False
    module: str = "engine.layers"

    def outputs(self, params: dict[str, Any]) -> tuple[str, ...]:
        return ("sequence", "state") if params.get("return_state") else ("output",)

    def check(self, params: dict[str, Any]) -> None:
        for param in self.params:
            if param.required and param.name not in params:
                raise param.error(None, self.name, "needed")

    def infer(self, params: dict[str, Any], inputs: dict[str, Any]) -> FakeInference:
        specs = [s for given in inputs.values() for s in (given if isinstance(given, tuple) else (given,))]
        for spec in specs:
            InputSpec(ndim=self.ndim).check(spec, self.name)
        out = TensorSpec((None, *self.shape(params, [s.shape[1:] for s in specs])))
        weights = tuple((f"w{at}", s, True) for at, s in enumerate(self.kernel(params, specs[0].shape[1:])))
        count = sum(math.prod(shape) for _, shape, _ in weights)
        return FakeInference((out,) * len(self.outputs(params)), weights, count)


def _join(params: dict[str, Any], shapes: list[Shape]) -> Shape:
    if len(shapes) < 2 or len({len(s) for s in shapes}) > 1:
        raise ShapeError("Concatenate joins two or more inputs alike.", code="merge")
    return (*shapes[0][:-1], sum(s[-1] for s in shapes))


def _int(name: str, default: Any = REQUIRED) -> Param:
    return Param(name, Kind("int", minimum=1), default)


_ACT = Param("activation", Kind("object", family="activations"), None, True)
_SIZE = Kind("tuple", minimum=1, length=2, lone=True)
SPECS = [
    FakeSpec("Dense", "core", "Connects every input to every unit.", lambda p, s: (*s[0][:-1], p["units"]),
             (_int("units"), _ACT), kernel=lambda p, s: [(s[-1], p["units"]), (p["units"],)]),
    FakeSpec("Conv2D", "convolution", "Slides small filters over a picture.",
             lambda p, s: (s[0][0] - 2, s[0][1] - 2, p["filters"]),
             (_int("filters"), Param("kernel_size", _SIZE), _ACT), ndim=4,
             kernel=lambda p, s: [(3, 3, s[-1], p["filters"]), (p["filters"],)]),
    FakeSpec("MaxPooling2D", "pooling", "Keeps the largest of each patch.",
             lambda p, s: (s[0][0] // 2, s[0][1] // 2, s[0][2]),
             (Param("pool_size", _SIZE, (2, 2)),), ndim=4),
    FakeSpec("GlobalAveragePooling2D", "pooling", "The mean of channels.", lambda p, s: (s[0][-1],), ndim=4),
    FakeSpec("Flatten", "reshaping", "Puts all values in one row.", lambda p, s: (math.prod(s[0]),)),
    FakeSpec("Dropout", "regularization", "Silences some values while training.", lambda p, s: s[0],
             (Param("rate", Kind("float")),)),
    FakeSpec("BatchNormalization", "normalization", "Centres and scales each batch.", lambda p, s: s[0]),
    FakeSpec("LSTM", "recurrent", "Reads a sequence and remembers.", lambda p, s: (p["units"],),
             (_int("units"), Param("return_state", Kind("bool"), False)), ndim=3),
    FakeSpec("Reshape", "reshaping", "Arranges the values anew.", lambda p, s: tuple(p["target_shape"]),
             (Param("target_shape", Kind("tuple", minimum=-1)),)),
    FakeSpec("Concatenate", "merge", "Joins inputs side by side.", _join,
             (Param("axis", Kind("int"), -1),), (FakePort(variadic=True),)),
]  # fmt: skip


class FakeCatalog:
    def __init__(self) -> None:
        self.specs = {spec.name: spec for spec in SPECS}

    def get(self, name: str) -> FakeSpec | None:
        return self.specs.get(name)

    def __iter__(self) -> Iterator[FakeSpec]:
        return iter(SPECS)


class FakeSession:
    analysed = Signal()
    entered = Signal(str)

    def __init__(self) -> None:
        self.trail = ["main"]
        self.document = Document()
        self.stack = UndoStack()
        self.catalog = FakeCatalog()
        self.cache: dict[Any, Any] = {}
        self.preview: Callable[[str, str], Any] | None = None
        self.analysis = analyse(self.document, self.catalog)
        self.document.edited.connect(self.again)

    def again(self, edit: object = None) -> None:
        self.analysis = analyse(self.document, self.catalog, cache=self.cache)
        self.analysed.emit()

    @property
    def graph(self) -> str:
        return self.trail[-1]

    @property
    def here(self) -> Analysis:
        if self.graph == "main":
            return self.analysis
        return self.analysis.inside[self.graph]

    def enter(self, graph: str) -> None:
        at = self.trail.index(graph) if graph in self.trail else len(self.trail)
        self.trail = [*self.trail[:at], graph]
        self.entered.emit(graph)

    def build(self, nodes: dict[str, tuple[Any, ...]], wires: list[tuple[str, str]]) -> None:
        """Put nodes (name → type, x, y, params) and wires between first ports, outside the history."""
        draft, ids = self.document.draft(), {}
        for name, (kind, x, y, *rest) in nodes.items():
            node = ids[name] = draft.new_node_id()
            params = Frozen(rest[0] if rest else {})
            if kind in ("Input", "Output"):
                draft.put("nodes", ("main", node), Node(kind.lower(), name, "", params))
            else:
                entry = draft.new_layer_id()
                draft.put("layers", entry, LayerEntry(kind, name, params))
                draft.put("nodes", ("main", node), Node("layer", name, entry))
            draft.put("places", ("main", node), (float(x), float(y)))
        joined: dict[str, int] = {}
        for source, target in wires:
            output = nodes[target][0] == "Output"
            at = joined.get(target, 0)
            joined[target] = at + 1
            wire = Wire(ids[source], "output", ids[target], "input" if output else "inputs", at)
            draft.put("wires", ("main", wire), EMPTY)
        self.document.apply(draft.edit("build"))


CHAIN = {
    "image": ("Input", 0, 0, {"shape": (8, 8, 1)}),
    "conv": ("Conv2D", 240, 0, {"filters": 32, "kernel_size": 3, "activation": "relu"}),
    "dense": ("Dense", 480, 0, {"units": 10, "activation": "softmax"}),
    "digit": ("Output", 720, 0, {"target": "label"}),
}


class Hands:
    """A mouse on a view: every event as Qt would send it to the viewport."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view

    def at(self, x: float, y: float) -> QPoint:
        return self.view.mapFromScene(QPointF(x, y))

    def card(self, name: str) -> QPoint:
        return self.view.mapFromScene(self.item(name).card().center())

    def item(self, name: str) -> Any:
        node = self.view.session.document.node_named(name)
        assert node is not None, name
        return self.view.mirror.nodes[node]

    def socket(self, name: str, is_input: bool, index: int = 0) -> QPoint:
        look = self.item(name).look
        row = look.inputs if is_input else look.outputs
        return self.view.mapFromScene(self.item(name).socket_pos(row[index]))

    def send(self, kind: QEvent.Type, at: QPoint, button: Any, held: Any, keys: Any) -> None:
        port = self.view.viewport()
        event = QMouseEvent(kind, QPointF(at), QPointF(port.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(port, event)

    def press(
        self, at: QPoint, button: Any = Qt.MouseButton.LeftButton, keys: Any = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.send(QEvent.Type.MouseButtonPress, at, button, button, keys)

    def move(
        self, at: QPoint, button: Any = Qt.MouseButton.LeftButton, keys: Any = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button, keys)

    def release(
        self, at: QPoint, button: Any = Qt.MouseButton.LeftButton, keys: Any = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.send(QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, keys)

    def drag(self, start: QPoint, end: QPoint, button: Any = Qt.MouseButton.LeftButton,
             keys: Any = Qt.KeyboardModifier.NoModifier) -> None:  # fmt: skip
        self.press(start, button, keys)
        for part in (0.3, 0.7, 1.0):
            self.move(start + (end - start) * part, button, keys)
        self.release(end, button, keys)

    def click(self, at: QPoint, keys: Any = Qt.KeyboardModifier.NoModifier) -> None:
        self.press(at, keys=keys)
        self.release(at, keys=keys)


@pytest.fixture
def session(qapp: QApplication) -> FakeSession:
    load_fonts(qapp)
    declare_keys()
    return FakeSession()


@pytest.fixture
def chain(session: FakeSession) -> FakeSession:
    session.build(CHAIN, [("image", "conv"), ("conv", "dense"), ("dense", "digit")])
    return session


@pytest.fixture
def open_view(qtbot: Any) -> Iterator[Callable[[FakeSession], CanvasView]]:
    views = []

    def show(session: FakeSession) -> CanvasView:
        view = CanvasView(session)
        view.resize(1100, 600)
        qtbot.addWidget(view)
        view.show()
        view.setFocus()
        views.append(view)
        return view

    yield show
    for view in views:
        view.release()


@pytest.fixture
def view(chain: FakeSession, open_view: Callable[[FakeSession], CanvasView]) -> CanvasView:
    return open_view(chain)


@pytest.fixture
def hands(view: CanvasView) -> Hands:
    return Hands(view)


@pytest.fixture
def whole(view: CanvasView) -> Iterator[Callable[[], None]]:
    """A call undoes everything and asserts that the start is back; the end of the test calls it too."""
    start = view.session.document.copy()

    def back() -> None:
        assert view.mirror_errors() == []
        while view.session.stack.canUndo():
            view.session.stack.undo()
            view.mirror.finish_glide()
            assert view.mirror_errors() == []
        assert view.session.document.same_as(start)

    yield back
    back()


def noise(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    return np.random.default_rng(7).random(shape)
