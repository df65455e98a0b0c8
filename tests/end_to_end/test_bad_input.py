"""Bad files, settings and data at the command line: a sentence, exit code 1, and the file as it was."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from engine.config import resources_path
from studio import cli
from studio.document import files
from studio.document.errors import FileError
from studio.headless import open_session
from studio.runs import Finished
from studio.session import Session
from studio.translate.errors import TranslateError

Said = Callable[..., str]
DIGITS = json.loads((resources_path() / "examples" / "digits.bunon").read_text(encoding="utf-8"))
TABLE = b"a,t\n" + b"1,2\n" * 20


def changed(value: Any, *place: Any) -> dict[str, Any]:
    """Return the digits with ``value`` at a place of the file."""
    data: dict[str, Any] = copy.deepcopy(DIGITS)
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
        (option("n8", "loss", 5), "digit: the loss “5”"),
        (option("n8", "loss", "nope"), "the loss “nope” cannot be made. Nothing is called “nope”"),
        (option("n8", "loss", {"class_name": "Foo"}), "digit: the loss “Foo”"),
        (option("n8", "metrics", 5), "digit: the metrics are a list of names"),
        (option("n8", "metrics", ["nope"]), "the metric “nope” cannot be made"),
        (option("n8", "metrics", [None]), "digit: the metric “None”"),
        (option("n8", "weight", "x"), "digit: the weight"),
        (changed("dense", "layers", "e5", "name"), "another layer is called “dense”"),
        (training("epochs", 0), "“epochs” is a whole number of at least 1, not 0"),
        (training("batch_size", 10**12), "“batch_size”"),
        (training("device", "cuda:x"), "“device” is auto, cpu, cuda or mps"),
        (training("optimizer", {"class_name": "Adam", "config": 5}), "The config should be"),
        (training("optimizer", {"class_name": "Foo"}), "The optimizer “Foo”"),
        (training("optimizer", {"class_name": "Adam", "config": {"zz": 1}}), "The optimizer “Adam”"),
    ],
)
def test_check_train_and_export_refuse(data: dict[str, Any], part: str, said: Said) -> None:
    for line in said(data).split("\n\n"):
        assert part in line


def test_words_that_cannot_stand_in_a_script(said: Said) -> None:
    data = changed({"a b": 1}, "graphs", "main", "nodes", "n7", "options")
    assert "“a b” cannot stand in a script" in said(data, "export", "train")


def test_more_memory_than_there_is(said: Said) -> None:
    text = said(param("e2", "filters", 10**13), "train")
    assert "conv2d: There is not enough memory" in text


def test_unknown_layers_come_back_as_they_were() -> None:
    data = changed(
        {"type": "Mystery", "name": "odd", "params": {"a": [1, {"b": "ü"}]}, "new": 1}, "layers", "e6"
    )
    document = files.loads(json.dumps(data))
    assert json.loads(files.dumps(document)) == data


@pytest.mark.parametrize(
    ("table", "part"),
    [
        (TABLE + b"1\n", "row 22: there should be 2 cells"),
        (TABLE + b"x,2\n", "row 22, column “a”: “x” is not a number"),
        (TABLE + b",2\n", "row 22, column “a”: the value is missing"),
        (TABLE + b"inf,2\n", "row 22, column “a”: “inf”"),
        (TABLE + b"\xfc,2\n", "row 22: the text is not UTF-8"),
        (b"", "is empty"),
        (b"a,t\n", "no rows are left"),
        (b"a,t\n1,2\n", "too few rows"),
        (b"b,c\n1,2\n", "no column called “a”"),
    ],
)
def test_tables_say_row_and_column(table: bytes, part: str, said: Said, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(table)
    text = said(table_project("table.csv"), "check", "train")
    assert text.count(part) == 2
    assert (tmp_path / "table.csv").read_bytes() == table


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("gone.csv", "gone.csv is not there"),
        ("/", "It is a folder"),
        ("/dev/zero", "no ordinary file"),
        ("a\0b", "“name”"),
        ("a" * 3000, "“name”"),
        ("a" * 900, "cannot be read"),
    ],
)
def test_data_that_cannot_be_found(name: str, part: str, said: Said) -> None:
    assert said(table_project(name)).count(part) == 3
    session = Session(files.loads(json.dumps(table_project(name))))
    assert session.dataset is None
    assert session.data_error is not None


def test_places_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(resources_path() / "examples" / "digits.bunon")
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for given in (
        ["train", path, "--out", str(taken)],
        ["train", path, "--out", str(taken / "below")],
        ["export", path, "--to", "keras", "--out", str(tmp_path)],
        ["export", path, "--to", "keras", "--out", str(taken / "made.py")],
        ["check", "a\0b"],
        ["check", str(tmp_path)],
        ["check", "/dev/zero"],
    ):
        assert cli.main(given) == 1
        assert "Errno" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [taken]
    assert taken.read_text() == "mine"


def test_saving_where_it_cannot_be_leaves_the_drawing_as_it_was(tmp_path: Path) -> None:
    session = Session.open(resources_path() / "examples" / "digits.bunon")
    before, home = session.document.copy(), session.path
    for place in (tmp_path, tmp_path / "gone" / "x.bunon", Path(os.devnull)):
        with pytest.raises(FileError, match="cannot be written"):
            session.save(place)
    assert session.document.same_as(before)
    assert session.path == home
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_run_does_not_keep_the_drawing_from_opening(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(TABLE)
    path = tmp_path / "drawing.bunon"
    path.write_text(json.dumps(table_project("table.csv")))
    session = open_session(path)
    run = session.train()
    assert run.wait(60)
    assert run.stored is not None
    few = save({"x": np.zeros(3, "float32")})
    for weights in (b"", b"\xff" * 8 + b"{}", few):
        (run.stored / "weights.safetensors").write_bytes(weights)
        last = session.last_run()
        assert last is not None
        with pytest.raises(TranslateError, match="cannot be used"):
            session.predict_stored(last)
    for text in ("{", "[" * 100_000, '{"history": {"loss": [1%s]}, "score": {}}' % ("0" * 400)):
        (run.stored / "history.json").write_text(text)
        assert Session.open(path).last_run() is None


def test_a_terminal_that_cannot_show_a_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.bunon"
    path.write_text(json.dumps(changed("\ud800é", "layers", "e6", "type")))
    done = subprocess.run(
        [sys.executable, "-m", "studio", "check", str(path)],
        capture_output=True,
        cwd=resources_path().parent,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=60,
    )
    assert done.returncode == 1
    assert b"\\ud800" in done.stdout
    assert b"Traceback" not in done.stderr


def test_a_run_that_cannot_be_stored_says_so_and_keeps_its_numbers(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(TABLE)
    (tmp_path / "drawing.runs").write_text("in the way")
    path = tmp_path / "drawing.bunon"
    path.write_text(json.dumps(table_project("table.csv")))
    run = open_session(path).train()
    assert run.wait(60)
    end = run.drain()[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.code) == ("completed", "cannot_store")
    assert "drawing.runs" in end.error
    assert len(run.history["loss"]) == 1
