"""Runs: commands within a batch, one end for every run, and what is kept."""

from __future__ import annotations

import pickle
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.catalog import load_catalog
from studio.document import Document, Frozen, LayerEntry, files
from studio.runs import (
    BatchEnd,
    EpochEnd,
    Event,
    Finished,
    Paused,
    Predicted,
    Resumed,
    Run,
    Scored,
    Started,
    last_run,
    runs_folder,
)
from studio.runs.watch import Watch
from studio.session import Session
from studio.translate.errors import TranslateError
from tests.end_to_end.examples import digits


def make(document: Document | None = None, **options: Any) -> Run:
    session = Session(document or digits())
    session.set_catalog(load_catalog())
    return Run(session.document, load_catalog(), session.load_data(), **options)


def until(run: Run, kind: type, events: list[Event], limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while not any(isinstance(event, kind) for event in events):
        assert time.monotonic() < end, f"no {kind.__name__} came: {events[-3:]}"
        events += run.drain()
        time.sleep(0.002)


def ends(events: list[Event]) -> list[Finished]:
    return [event for event in events if isinstance(event, Finished)]


def test_a_run_tells_its_story_in_order() -> None:
    run = make(epochs=2)
    run.start()
    assert run.wait(60)
    events = run.drain()
    assert isinstance(events[0], Started)
    assert (events[0].epochs, events[0].batches, events[0].samples) == (2, 40, 1257)
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    assert [event.epoch for event in epochs] == [0, 1]
    assert set(epochs[0].logs) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    batches = [event for event in events if isinstance(event, BatchEnd)]
    assert all(event.rate > 0 for event in batches)
    assert all(later.step > earlier.step for earlier, later in pairwise(batches))
    assert [type(event) for event in events[-3:]] == [Scored, Predicted, Finished]
    shown = events[-2]
    assert isinstance(shown, Predicted)
    assert shown.inputs["image"].shape == (12, 8, 8, 1)
    assert shown.outputs["digit"].shape == (12, 10)
    assert shown.targets["digit"].shape == (12,)
    assert [event.status for event in ends(events)] == ["completed"]
    assert pickle.loads(pickle.dumps(events))[-1] == events[-1]


def test_pause_waits_and_resume_goes_on_as_if_nothing_had_been() -> None:
    whole = make(epochs=2)
    whole.start()
    assert whole.wait(60)
    run = make(epochs=2)
    events: list[Event] = []
    run.pause()
    run.start()
    until(run, Paused, events)
    assert run.paused
    time.sleep(0.1)
    assert not [event for event in run.drain() if isinstance(event, EpochEnd)]
    run.resume()
    assert run.wait(60)
    events += run.drain()
    assert any(isinstance(event, Resumed) for event in events)
    assert run.history == whole.history


def test_stop_acts_within_a_batch_and_in_a_pause() -> None:
    run = make(epochs=5000)
    events: list[Event] = []
    run.start()
    until(run, BatchEnd, events)
    run.stop()
    assert run.wait(5)
    events += run.drain()
    assert [event.status for event in ends(events)] == ["stopped"]
    assert not any(isinstance(event, Scored) for event in events)
    run = make(epochs=5000)
    run.pause()
    run.start()
    events = []
    until(run, Paused, events)
    run.stop()
    assert run.wait(5)
    assert [event.status for event in ends(run.drain())] == ["stopped"]


def test_continue_goes_on_with_the_optimizer_as_it_is() -> None:
    run = make(epochs=1)
    run.start()
    assert run.wait(60)
    run.drain()
    assert run._built is not None
    steps = int(run._built.model.optimizer.iterations)
    assert steps == 40
    run.continue_(2)
    assert run.wait(60)
    events = run.drain()
    assert isinstance(events[0], Started)
    assert (events[0].first_epoch, events[0].epochs) == (1, 3)
    assert [event.epoch for event in events if isinstance(event, EpochEnd)] == [1, 2]
    assert [event.epochs for event in ends(events)] == [3]
    assert len(run.history["loss"]) == 3
    assert int(run._built.model.optimizer.iterations) == 120
    with pytest.raises(RuntimeError, match="begins once"):
        run.start()


def wrong_units(document: Document) -> Document:
    draft = document.draft()
    row = LayerEntry("Dense", "dense", Frozen(units=7, activation="softmax"))
    draft.put("layers", document.node("n7").ref, row)
    document.apply(draft.edit("set_params"))
    return document


def with_training(document: Document, **changes: Any) -> Document:
    draft = document.draft()
    draft.put("settings", "training", document.setting("training").with_(changes))
    document.apply(draft.edit("set_settings"))
    return document


def test_a_drawing_with_a_problem_fails_and_names_the_node() -> None:
    run = make(wrong_units(digits()))
    run.start()
    assert run.wait(60)
    (end,) = run.drain()
    assert isinstance(end, Finished)
    assert (end.status, end.code, end.node) == ("failed", "problem", "n8")
    assert "10" in end.error
    assert "TranslateError" in end.traceback
    with pytest.raises(RuntimeError, match="ended well"):
        run.continue_(1)


def test_a_loss_that_is_no_number_fails_with_a_way_out() -> None:
    rate = {"class_name": "SGD", "config": {"learning_rate": 1e30}}
    run = make(with_training(digits(), optimizer=rate))
    run.start()
    assert run.wait(60)
    end = run.drain()[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.code) == ("failed", "diverged")
    assert end.node in {"n3", "n7"}
    assert "learning rate" in end.error


@pytest.mark.parametrize("error", [MemoryError(), SystemExit(3), KeyboardInterrupt(), RuntimeError("")])
def test_whatever_is_raised_the_run_ends_once(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise error

    monkeypatch.setattr(Watch, "end_batch", burst)
    run = make(epochs=1)
    run.start()
    assert run.wait(60)
    events = run.drain()
    assert [event.status for event in ends(events)] == ["failed"]
    assert ends(events)[0].error
    assert isinstance(events[-1], Finished)


def test_a_stored_run_is_read_back_and_predicts_without_training(tmp_path: Path) -> None:
    path = tmp_path / "mine.bunon"
    session = Session(digits())
    session.save(path)
    session.set_catalog(load_catalog())
    run = session.train(epochs=2)
    assert session.running
    assert run.wait(60)
    events = session.drain()
    (end,) = ends(events)
    assert (runs_folder(path) / end.run_id / "weights.safetensors").is_file()
    assert not list(runs_folder(path).glob(".*"))
    shown = next(event for event in events if isinstance(event, Predicted))

    again = Session.open(path)
    again.set_catalog(load_catalog())
    stored = again.last_run()
    assert stored is not None
    assert (stored.run_id, stored.status) == (end.run_id, "completed")
    assert stored.history == run.history
    assert stored.score == run.score
    assert not stored.changed(again.document)
    answer = again.predict_stored(stored)
    assert answer is not None
    np.testing.assert_allclose(answer.outputs["digit"], shown.outputs["digit"], rtol=1e-5, atol=1e-6)
    assert answer.rows == shown.rows
    wrong_units(again.document)
    assert stored.changed(again.document)


def test_damaged_runs_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.bunon"
    assert last_run(path) is None
    session = Session(digits())
    session.save(path)
    session.set_catalog(load_catalog())
    session.train(epochs=1).wait(60)
    good = last_run(path)
    assert good is not None
    for name, text in (
        ("99990101-000000-1", "{"),
        ("99990101-000000-2", '{"status": "well", "versions": {}}'),
    ):
        (runs_folder(path) / name).mkdir()
        (runs_folder(path) / name / "run.json").write_text(text)
    found = last_run(path)
    assert found is not None
    assert found.run_id == good.run_id
    (found.folder / "weights.safetensors").write_bytes(b"no")
    with pytest.raises(TranslateError, match="weights"):
        session.predict_stored(found)


def unsaved(session: Session) -> bool:
    return session.dirty


def test_the_session_knows_what_is_unsaved_and_moves_runs_to_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_: str(tmp_path / "data"))
    session = Session(digits())
    assert not unsaved(session)
    with pytest.raises(TranslateError, match="not loaded"):
        session.train()
    session.set_catalog(load_catalog())
    session.train(epochs=1).wait(60)
    session.drain()
    with_training(session.document, epochs=2)
    assert unsaved(session)
    assert session.changed_since_run
    session.save(tmp_path / "named.bunon")
    assert not unsaved(session)
    assert files.load(tmp_path / "named.bunon").same_as(session.document)
    assert session.last_run() is not None
    session.continue_(1)
    assert session.run is not None
    assert session.run.wait(60)
    preview = session.preview("main", "n1")
    assert preview is not None
    assert preview.shape == (8, 8, 1)
    assert session.preview("main", "n3") is None


def test_single_batches_follow_each_other_and_go_on_as_epochs() -> None:
    session = Session(digits())
    session.set_catalog(load_catalog())
    whole = make(epochs=1)
    whole.start()
    assert whole.wait(60)
    first_of_epoch = whole.drain()
    session.train_batch()
    run = session.run
    assert run is not None
    assert run.wait(60)
    events = session.drain()
    batches = [event for event in events if isinstance(event, BatchEnd)]
    assert len(batches) == 1
    shown = next(event for event in first_of_epoch if isinstance(event, BatchEnd))
    assert batches[0].logs["loss"] == pytest.approx(shown.logs["loss"])  # the same batch from the same seed
    end = ends(events)[0]
    assert (end.status, end.epochs, end.batches, end.run_id) == ("completed", 0, 1, "")
    assert not any(isinstance(event, (EpochEnd, Scored)) for event in events)
    assert run._built is not None
    model = run._built.model
    assert int(model.optimizer.iterations) == 1
    session.train_batch()
    assert session.run is run, "it goes on with the model that is there"
    assert run.wait(60)
    events = session.drain()
    started = next(event for event in events if isinstance(event, Started))
    assert (started.first_epoch, started.first_batch) == (0, 1)
    assert ends(events)[0].batches == 2
    assert int(model.optimizer.iterations) == 2
    assert session.can_continue
    session.continue_(1)
    assert run.wait(60)
    events = session.drain()
    assert [event.epoch for event in events if isinstance(event, EpochEnd)] == [0]
    assert ends(events)[0].batches == 0
    assert int(model.optimizer.iterations) == 42
    with_training(session.document, batch_size=64)
    session.train_batch()
    assert session.run is not run, "another drawing begins from the seed"
    assert session.run is not None
    assert session.run.wait(60)
    session.close()


def test_a_single_batch_obeys_pause_and_stop() -> None:
    run = make()
    run.pause()
    run.start(batches=3)
    events: list[Event] = []
    until(run, Paused, events)
    run.stop()
    assert run.wait(5)
    assert [event.status for event in ends(run.drain())] == ["stopped"]
