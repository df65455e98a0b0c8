"""Files: nothing is lost, nothing is believed, and every error says what and where."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from studio.document import FileError, Wire, files
from studio.document.shapes import analyse
from studio.words import text as words
from tests.studio.document.fakes import Catalog

GOOD: dict[str, Any] = {
    "format": "bunon",
    "version": 1,
    "graphs": {
        "main": {
            "nodes": {
                "n1": {"kind": "input", "name": "pixels", "options": {"shape": [4]}, "colour": "red"},
                "n2": {"kind": "layer", "name": "odd", "ref": "e1"},
            },
            "wires": [{"from": ["n1", "output"], "to": ["n2", "left"], "style": 1}],
            "frames": [1, 2],
        }
    },
    "layers": {"e1": {"type": "my>Odd", "name": "odd", "params": {"a": [1, 2.0, None]}, "by": "me"}},
    "settings": {"training": {"epochs": 3}},
    "view": {"places": {"main": {"n1": [1.0, 2.5]}}, "zoom": 1.5},
    "author": {"name": "শিলা"},
}


def changed(path: str, value: Any) -> str:
    data = json.loads(json.dumps(GOOD))
    *way, last = path.split("/")
    place = data
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return json.dumps(data)


def test_unknown_layers_and_keys_at_every_level_are_kept() -> None:
    document = files.loads(json.dumps(GOOD))
    assert json.loads(files.dumps(document)) == GOOD
    found = analyse(document, Catalog())
    assert "unknown_layer" in [problem.code for problem in found.problems_of("n2")]
    assert document.incoming("n2") == [Wire("n1", "output", "n2", "left")]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("", "not_json", "line 1"),
        ("hello", "not_json", "line 1"),
        (json.dumps(GOOD)[:-30], "truncated", "line 1"),
        ("[1]", "not_bunon", "format"),
        (changed("format", "other"), "not_bunon", "format"),
        (changed("version", 99), "newer", "version"),
        (changed("version", 0), "wrong_version", "version"),
        (changed("version", True), "wrong_type", "version"),
        (changed("graphs", {}), "missing", "graphs"),
        (changed("graphs/main/nodes", []), "wrong_type", "graphs.main.nodes"),
        (changed("graphs/main/nodes/n1/kind", "robot"), "wrong_type", "graphs.main.nodes.n1.kind"),
        (changed("graphs/main/nodes/n1/name", "x; import os"), "bad_name", "graphs.main.nodes.n1.name"),
        (changed("layers/e1/name", "class"), "bad_name", "layers.e1.name"),
        (changed("graphs/main/nodes/n1/name", "odd"), "duplicate", "graphs.main.nodes.n2.name"),
        (changed("layers/eee", {"type": "A", "name": "a"}), "bad_id", "layers.eee"),
        (changed("graphs/main/nodes/n2/ref", "e7"), "dangling", "graphs.main.nodes.n2.ref"),
        (changed("graphs/main/wires/0/to", ["n9", "left"]), "dangling", "graphs.main.wires[0].to"),
        (changed("graphs/main/wires/0/to", [1, 2]), "wrong_type", "graphs.main.wires[0].to"),
        (changed("graphs/main/wires/0", "n1"), "wrong_type", "graphs.main.wires[0]"),
        (changed("view/places/main/n1", ["a", 1]), "wrong_type", "view.places.main.n1"),
        (changed("layers/e1/params", {"a": float("nan")}), "wrong_type", ""),
        ('{"a": 1, "a": 2}', "duplicate", ""),
        ("[" * 200_000, "too_deep", ""),
        ('{"a": ' * 100_000 + "1" + "}" * 100_000, "too_deep", ""),
    ],
)  # fmt: skip
def test_every_error_says_what_and_where(tmp_path: Path, text: str, code: str, where: str) -> None:
    path = tmp_path / "drawing.bunon"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        files.load(path)
    assert caught.value.code == code
    assert str(caught.value.fields["where"]).startswith(where)
    assert "drawing.bunon" in str(caught.value)
    assert "drawing.bunon" in words(caught.value)
    assert "?" not in words(caught.value)
    assert path.read_text() == text


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.bunon").write_bytes(b"\xff\xfe\x00")
    for name, code in (("a.bunon", "not_text"), ("b.bunon", "cannot_read")):
        with pytest.raises(FileError) as caught:
            files.load(tmp_path / name)
        assert caught.value.code == code


def test_a_cycle_opens_and_is_named() -> None:
    text = changed("graphs/main/nodes/n3", {"kind": "layer", "name": "more", "ref": "e1"})
    data = json.loads(text)
    for a, b in (("n2", "n3"), ("n3", "n2"), ("n2", "n2")):
        data["graphs"]["main"]["wires"].append({"from": [a, "output"], "to": [b, "x"]})
    document = files.loads(json.dumps(data))
    assert len(document.wires()) == 4
    problems = analyse(document, Catalog()).problems
    assert [p.node for p in problems if p.code == "cycle"] == ["n2", "n3"]
    assert len(json.loads(files.dumps(document))["graphs"]["main"]["wires"]) == 4


def test_old_versions_are_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.MIGRATIONS, 0, lambda data: {**data, "settings": {"training": {"epochs": 9}}})
    assert files.loads(changed("version", 0)).setting("training")["epochs"] == 9


def test_saving_is_atomic_and_keeps_permissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "drawing.bunon"
    document = files.loads(json.dumps(GOOD))
    files.save(document, path)
    path.chmod(0o640)
    files.save(document, path)
    assert path.stat().st_mode & 0o777 == 0o640
    assert files.load(path).same_as(document)
    old = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match="No space left"):
        files.save(document, path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["drawing.bunon"]
