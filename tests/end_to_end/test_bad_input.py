"""Bad files, settings and data at the command line: a sentence, exit code 1, and the file as it was."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.config import resources_path
from studio import cli
from studio.document import files

Said = Callable[..., str]
DIGITS = json.loads((resources_path() / "examples" / "digits.bunon").read_text(encoding="utf-8"))
TABLE = b"a,t\n" + b"1,2\n" * 20


def changed(value: Any, *place: Any) -> dict[str, Any]:
    """Return the digits with ``value`` at a place of the file."""
    data = copy.deepcopy(DIGITS)
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return data


def param(layer: str, name: str, value: Any) -> dict[str, Any]:
    return changed(value, "layers", layer, "params", name)


def option(node: str, name: str, value: Any) -> dict[str, Any]:
    return changed(value, "graphs", "main", "nodes", node, "options", name)


def training(name: str, value: Any) -> dict[str, Any]:
    return changed(value, "settings", "training", name)


def table_project(name: str) -> dict[str, Any]:
    """Return a project that predicts column t of a table from column a."""
    fields = [
        {"name": "x", "kind": "numbers", "columns": ["a"], "shape": [1]},
        {"name": "y", "kind": "numbers", "columns": ["t"], "shape": [1]},
    ]
    nodes = {
        "n1": {"kind": "input", "name": "given", "options": {"field": "x"}},
        "n2": {"kind": "layer", "name": "dense", "ref": "e1"},
        "n3": {"kind": "output", "name": "wanted", "options": {"target": "y", "loss": "mse"}},
    }
    wires = [
        {"from": ["n1", "output"], "to": ["n2", "inputs"]},
        {"from": ["n2", "output"], "to": ["n3", "input"]},
    ]
    data = {"source": {"kind": "csv", "name": name}, "fields": fields, "targets": ["y"]}
    return {
        "format": "bunon",
        "version": 1,
        "graphs": {"main": {"nodes": nodes, "wires": wires}},
        "layers": {"e1": {"type": "Dense", "name": "dense", "params": {"units": 1}}},
        "settings": {"data": data, "training": {"epochs": 1}},
    }


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """Return a function that runs commands on a file, each of which is to fail, and returns what they say."""

    def run(content: Any, *commands: str) -> str:
        path = tmp_path / "bad.bunon"
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(raw)
        before = sorted(tmp_path.iterdir())
        told = []
        for command in commands or ("check", "train", "export"):
            more = ["--to", "keras", "--out", str(tmp_path / "made.py")] if command == "export" else []
            assert cli.main([command, str(path), *more]) == 1, command
            told.append(capsys.readouterr().err)
            assert told[-1].strip()
            assert "Errno" not in told[-1]
        assert path.read_bytes() == raw
        assert [each for each in sorted(tmp_path.iterdir()) if each.name != "bad-trained"] == before
        return "\n".join(told)

    return run


RAW = json.dumps(DIGITS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (RAW[:1000], "ends too early"),
        ("\0" * 50, "not JSON"),
        ("[1]", "format"),
        (RAW.replace("0.0625", "NaN"), "layers.e1.params.scale"),
        (RAW.replace("0.0625", "1e999"), "layers.e1.params.scale"),
        (RAW.replace("0.0625", "9" * 400), "layers.e1.params.scale"),
        (RAW.replace("0.0625", "9" * 5000), "digits"),
        (RAW.replace("0.0625", "[" * 3000 + "]" * 3000), "too deeply"),
        ("[" * 100_000, "too deeply"),
    ],
)
def test_text_that_is_no_drawing(text: str, part: str, said: Said) -> None:
    assert part in said(text.encode(), "check")


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (changed("Mystery", "layers", "e6", "type"), "no layer called Mystery"),
        (changed("os.system('x')\n", "layers", "e6", "type"), "dense (n7)"),
        (param("e6", "units", 10**18), "dense would be larger than any computer's memory"),
        (param("e6", "units", 10**30), "dense would be larger than any computer's memory"),
        (param("e6", "a b'\n", 1), "no parameter called"),
        (option("n8", "loss", 5), "digit: the loss 5"),
        (option("n8", "loss", "nope"), "no loss called 'nope'"),
        (option("n8", "loss", {"class_name": "Foo"}), "digit: the loss 'Foo'"),
        (option("n8", "metrics", 5), "digit: the metrics should be a list"),
        (option("n8", "metrics", ["nope"]), "no metric called 'nope'"),
        (option("n8", "metrics", [None]), "digit: the metric None"),
        (option("n8", "weight", "x"), "digit: the weight"),
        (training("epochs", 0), "'epochs'"),
        (training("batch_size", 10**12), "'batch_size'"),
        (training("device", "cuda:x"), "'device'"),
        (training("optimizer", {"class_name": "Foo"}), "The optimizer 'Foo'"),
        (training("optimizer", {"class_name": "Adam", "config": {"zz": 1}}), "The optimizer 'Adam'"),
    ],
)
def test_check_train_and_export_refuse(data: dict[str, Any], part: str, said: Said) -> None:
    for line in said(data).split("\n\n"):
        assert part in line


def test_words_that_cannot_stand_in_a_script(said: Said) -> None:
    data = changed({"a b": 1}, "graphs", "main", "nodes", "n7", "options")
    assert "'a b' cannot stand in a script" in said(data, "export", "train")


def test_more_memory_than_there_is(said: Said) -> None:
    text = said(param("e2", "filters", 10**13), "train")
    assert "conv2d: There is not enough memory" in text


def test_unknown_layers_come_back_as_they_were() -> None:
    data = changed(
        {"type": "Mystery", "name": "odd", "params": {"a": [1, {"b": "ü"}]}, "new": 1}, "layers", "e6"
    )
    document = files.loads(json.dumps(data))
    assert json.loads(files.dumps(document)) == data
