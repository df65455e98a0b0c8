"""The exported script, run as a stranger would: alone in an empty folder, under both frameworks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.catalog import load_catalog
from engine.config import resources_path
from studio.document import Document, files
from studio.runs import Finished, Scored
from studio.session import Session
from studio.translate.script import export
from tests.end_to_end.examples import EXAMPLES

TAIL = """
import json as json_
with open("history.json", "w") as file_:
    json_.dump({key: [float(each) for each in values] for key, values in history.history.items()}, file_)
"""
SHORT = {"digits": 3, "wine": 4, "sunspots": 3, "auto-mpg": 3}


def with_epochs(document: Document, epochs: int) -> Document:
    draft = document.draft()
    draft.put("settings", "training", document.setting("training").with_({"epochs": epochs}))
    document.apply(draft.edit("set_settings"))
    return document


def train(document: Document) -> tuple[dict[str, list[float]], dict[str, float]]:
    session = Session(document)
    session.set_catalog(load_catalog())
    run = session.train(keep=False)
    assert run.wait(120)
    events = run.drain()
    finished = [event for event in events if isinstance(event, Finished)]
    assert [event.status for event in finished] == ["completed"], finished
    scores = [event.logs for event in events if isinstance(event, Scored)]
    session.close()
    return run.history, scores[-1]


def run_script(document: Document, folder: Path, to: str, style: str = "") -> dict[str, list[float]]:
    folder.mkdir(exist_ok=True)
    export(document, load_catalog(), to, folder / "made.py", style=style)  # type: ignore[arg-type]  # to is a parameter here
    path = folder / "made.py"
    path.write_text(path.read_text(encoding="utf-8") + TAIL, encoding="utf-8")
    root = str(resources_path().parent)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root if to == "engine" else ""}
    done = subprocess.run(
        [sys.executable, str(path)], cwd=folder, env=environment, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "predicted:" in done.stdout
    found: dict[str, list[float]] = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_file_is_what_the_builder_makes_and_has_no_problems(name: str) -> None:
    path = resources_path() / "examples" / f"{name}.bunon"
    assert path.read_text(encoding="utf-8") == files.dumps(EXAMPLES[name]())
    session = Session.open(path)
    session.set_catalog(load_catalog())
    assert session.analysis.problems == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_script_under_the_engine_has_the_history_of_the_app(name: str, tmp_path: Path) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ours, _ = train(with_epochs(EXAMPLES[name](), SHORT[name]))
    finally:
        torch.set_num_threads(before)
    assert run_script(with_epochs(EXAMPLES[name](), SHORT[name]), tmp_path, "engine") == ours


def test_a_script_in_the_style_of_sequential_has_the_same_history(tmp_path: Path) -> None:
    document = with_epochs(EXAMPLES["digits"](), 2)
    functional = run_script(document, tmp_path / "functional", "engine")
    assert run_script(document, tmp_path / "sequential", "engine", style="sequential") == functional


@pytest.mark.parametrize("name", ["digits", "auto-mpg"])
def test_the_script_under_keras_learns_as_well(name: str, tmp_path: Path) -> None:
    document = with_epochs(EXAMPLES[name](), 15 if name == "digits" else 20)
    history = run_script(document, tmp_path, "keras")
    if name == "digits":
        assert history["val_accuracy"][-1] >= 0.95
    else:
        assert history["val_mpg_mean_absolute_error"][-1] < 4
        assert history["val_cylinders_accuracy"][-1] > 0.85


def test_the_examples_learn_what_they_are_for() -> None:
    _, digits = train(EXAMPLES["digits"]())
    assert digits["accuracy"] >= 0.95
    _, wine = train(EXAMPLES["wine"]())
    assert wine["accuracy"] >= 0.85
    _, sunspots = train(EXAMPLES["sunspots"]())
    assert sunspots["loss"] < 20  # the mean of all years is off by 34
    _, cars = train(EXAMPLES["auto-mpg"]())
    assert cars["mpg_mean_absolute_error"] < 3
    assert cars["cylinders_accuracy"] > 0.9


def test_two_runs_of_one_drawing_are_the_same() -> None:
    document = with_epochs(EXAMPLES["digits"](), 2)
    assert train(document) == train(document)
