"""Nestings of every kind: walked by place, rebuilt in their type, refused where they differ."""

from __future__ import annotations

from collections import deque, namedtuple

import pytest

from engine import layers, tree

Point = namedtuple("Point", "x y")


def test_deques_and_named_tuples_keep_their_type():
    made = tree.map_structure(lambda x: x + 1, {"a": deque([1, 2], 3), "b": Point(3, 4)})
    assert made == {"a": deque([2, 3]), "b": Point(4, 5)}
    assert made["a"].maxlen == 3
    assert tree.flatten_with_path(Point(1, (2,))) == [((0,), 1), ((1, 0), 2)]


def test_leaves_beside_shapes_are_mapped_too():
    assert tree.map_shape_structure(str, {"a": [1, None], "b": "hi"}) == {"a": "[1, None]", "b": "hi"}


@pytest.mark.parametrize(("one", "two"), [([1], 1), ([1], (1,)), ({"a": 1}, {"b": 1})])
def test_other_structures_are_refused(one, two):
    with pytest.raises(ValueError, match="don't have the same nested structure"):
        tree.assert_same_structure(one, two)
    tree.assert_same_structure([one], [one], check_types=False)


def test_defaults_of_a_class_below_become_objects():
    class Own(layers.Dense):
        def __init__(self, units, **kwargs):
            super().__init__(units, **kwargs)

    assert type(Own(2).kernel_initializer).__name__ == "GlorotUniform"
