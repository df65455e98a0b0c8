"""Two drawings that are looked at together: what is alike stays at the same place of both windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QObject, QPointF

from studio.canvas.compare_view import CompareView

SHARP = 4
"""How strongly the nodes near the middle count more than those far away."""


class ComparedViews(QObject):
    """Lets each of two views follow the other in zoom and place.

    ``partners`` says which node of the first is which of the second, for the graphs that are shown.  What is
    near the middle of one view stays at the same place in the other, though nodes come or go before it.
    Drawings in ``rows``, whose cards stand elsewhere at the slightest change, are only moved by the same way.
    """

    def __init__(
        self,
        views: tuple[CompareView, CompareView],
        partners: Callable[[], Mapping[str, str]],
        rows: bool = False,
    ) -> None:
        super().__init__(views[0])
        self._views, self._partners, self._rows = views, partners, rows
        self.on = True
        self._busy = False
        self._apart = QPointF()  # from the middle of the first view to that of the second, in rows
        for view in views:
            view.looked_around.connect(partial(self._follow, view))

    def set_on(self, on: bool) -> None:
        """Let the views follow each other, or each go its own way."""
        self.on = on
        if on:
            self.begin()

    def begin(self) -> None:
        """Show all of both drawings at one zoom: the smaller one that either needs."""
        with self.held():
            for view in self._views:
                view.fit_all()
            zoom = min(view.zoom() for view in self._views)
            for view in self._views:
                view.set_zoom(zoom)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let both be moved apart for a moment; from there on they move together again."""
        was, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = was
            self._apart = _middle(self._views[1]) - _middle(self._views[0])

    def partner(self, view: CompareView, node: str) -> str:
        """Return the node of the other view that a node is; empty where it is in one alone."""
        return self._from(view).get(node, "")

    def _from(self, view: CompareView) -> dict[str, str]:
        pairs = self._partners()
        return dict(pairs) if view is self._views[0] else {right: left for left, right in pairs.items()}

    def _follow(self, leader: CompareView) -> None:
        if self._busy or not self.on or not leader.isVisible():
            return
        first = leader is self._views[0]
        follower = self._views[1] if first else self._views[0]
        middle = _middle(leader)
        way = (
            (self._apart if first else -self._apart) if self._rows else self._shift(leader, follower, middle)
        )
        self._busy = True
        follower.set_zoom(leader.zoom())
        follower.look_at(middle + way)
        self._busy = False

    def _shift(self, leader: CompareView, follower: CompareView, middle: QPointF) -> QPointF:
        """Return how much farther the same nodes stand in the follower; those near the middle count most."""
        total, sums = 0.0, QPointF()
        for one, other in self._from(leader).items():
            if one in leader.mirror.nodes and other in follower.mirror.nodes:
                here = leader.mirror.nodes[one].card().center()
                far = here - middle
                weight = (far.x() ** 2 + far.y() ** 2 + 1.0) ** (-SHARP / 2)
                total += weight
                sums += (follower.mirror.nodes[other].card().center() - here) * weight
        return sums / total if total else QPointF()


def _middle(view: CompareView) -> QPointF:
    return view.mapToScene(view.viewport().rect().center())
