"""The command line: exit codes, what is written, and that Qt stays out of what needs none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.config import resources_path
from studio import cli
from studio.document import files
from tests.end_to_end.examples import digits
from tests.studio.runs.test_runs import with_training, wrong_units

DIGITS = str(resources_path() / "examples" / "digits.bunon")


def test_check_shows_layers_shapes_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", DIGITS]) == 0
    out = capsys.readouterr().out
    assert "conv2d         Conv2D        (None, 6, 6, 32)         320" in out
    assert "3,210" in out
    assert "1257 for training" in out


def test_check_names_the_node_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files.save(wrong_units(digits()), tmp_path / "wrong.bunon")
    assert cli.main(["check", str(tmp_path / "wrong.bunon")]) == 1
    assert "error: digit (n8): " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{", '{"format": "bunon", "version": 99}'])
def test_a_bad_file_is_told_and_left_alone(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.bunon"
    path.write_text(text)
    for command in (["check"], ["train"], ["export", "--to", "engine", "--out", str(tmp_path / "x.py")]):
        assert cli.main([command[0], str(path), *command[1:]]) == 1
        error = capsys.readouterr().err
        assert "bad.bunon" in error
        assert "Traceback" not in error
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_export_refuses_a_file_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "digits.py")
    assert cli.main(["export", DIGITS, "--to", "keras", "--out", out]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["digits.csv.gz", "digits.py"]
    assert cli.main(["export", DIGITS, "--to", "engine", "--out", out]) == 0
    (tmp_path / "digits.csv.gz").write_bytes(b"mine")
    assert cli.main(["export", DIGITS, "--to", "keras", "--out", out]) == 1
    assert "digits.csv.gz" in capsys.readouterr().err
    assert (tmp_path / "digits.csv.gz").read_bytes() == b"mine"


def test_wrong_usage_is_2() -> None:
    for given in (["train"], ["train", DIGITS, "--epochs", "0"], ["export", DIGITS, "--to", "paper"]):
        with pytest.raises(SystemExit) as caught:
            cli.main(given)
        assert caught.value.code == 2


def test_check_train_and_export_need_no_qt(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from studio import cli, headless
assert cli.main(["check", {DIGITS!r}]) == 0
assert cli.main(["export", {DIGITS!r}, "--to", "engine", "--out", {str(tmp_path / "made.py")!r}]) == 0
assert headless.train(Path({DIGITS!r}), Path({str(tmp_path / "out")!r}), 1) == 0
assert not [name for name in sys.modules if name.startswith(("PySide6", "pyqtgraph"))]
sys.modules["PySide6"] = None
sys.exit(cli.main(["train", {DIGITS!r}, "--epochs", "1", "--out", {str(tmp_path / "again")!r}]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=resources_path().parent,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Qt cannot load" in done.stdout
    assert sorted(each.name for each in (tmp_path / "again").iterdir()) == [
        "history.csv", "history.json", "weights.safetensors",
    ]  # fmt: skip
    written = json.loads((tmp_path / "out" / "history.json").read_text(encoding="utf-8"))
    assert len(written["history"]["val_loss"]) == 1
    assert written["score"]["accuracy"] > 0.3


def test_a_failed_run_is_1_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rate = {"class_name": "SGD", "config": {"learning_rate": 1e30}}
    files.save(with_training(digits(), optimizer=rate), tmp_path / "wild.bunon")
    assert cli.main(["train", str(tmp_path / "wild.bunon"), "--out", str(tmp_path / "out")]) == 1
    assert "learning rate" in capsys.readouterr().err


def test_a_picture_in_every_format_whole_in_part_and_from_inside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio.commands import group
    from studio.document import files
    from studio.session import Session
    from tests.studio.commands.test_blocks import residual

    session = Session(residual())
    document = session.document
    group(session, [str(document.node_named(name)) for name in ("one", "two", "added")])
    drawing = tmp_path / "net.bunon"
    files.save(document, drawing)
    heads = {"svg": b"<?xml", "pdf": b"%PDF-", "png": b"\x89PNG"}
    for kind, head in heads.items():
        assert cli.main(["render", str(drawing), "--out", str(tmp_path / f"net.{kind}"), "--blocks"]) == 0
        for name in ("net", "net-block"):
            assert (tmp_path / f"{name}.{kind}").read_bytes().startswith(head)
    part = tmp_path / "part.svg"
    given = ["--only", "stem", "pooled", "--letters", "--transparent", "--scale", "0.5"]
    assert cli.main(["render", str(drawing), "--out", str(part), *given]) == 0
    text = part.read_text(encoding="utf-8")
    assert ">Conv2D</text>" in text
    assert ">GlobalAvera" in text
    assert ">Dense</text>" not in text
    assert cli.main(["render", str(drawing), "--out", str(part), "--block", "block", "--letters"]) == 0
    assert ">Add</text>" in part.read_text(encoding="utf-8")
    capsys.readouterr()
    for wrong, words in (
        (["--only", "nobody"], "There is no node nobody"),
        (["--block", "nobody"], "There is no block nobody. The file has: block."),
    ):
        assert cli.main(["render", str(drawing), "--out", str(part), *wrong]) == 1
        assert words in capsys.readouterr().err
    assert cli.main(["render", str(drawing), "--out", str(tmp_path / "net.gif")]) == 1
    assert ".svg, .pdf, .png" in capsys.readouterr().err


def test_a_dark_picture_has_the_dark_ground(tmp_path: Path) -> None:
    from PySide6.QtGui import QImage

    from studio.theme import DARK

    for theme, ground in (("paper", "#ffffff"), ("dark", DARK.canvas)):
        out = tmp_path / f"{theme}.png"
        assert cli.main(["render", DIGITS, "--out", str(out), "--theme", theme]) == 0
        assert QImage(str(out)).pixelColor(1, 1).name() == ground


def test_files_without_a_command_open_in_tabs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import studio.app

    opened: list[list[str]] = []

    def window(files: list[str]) -> int:
        opened.append(files)
        return 0

    monkeypatch.setattr(studio.app, "main", window)
    assert cli.main([]) == 0
    assert cli.main(["one.bunon", "two.bunon"]) == 0
    assert opened == [[], ["one.bunon", "two.bunon"]]
