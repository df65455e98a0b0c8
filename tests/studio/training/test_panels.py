"""Progress in numbers and words, and answers with their pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from studio.data_source.bundled import bundled
from studio.data_source.reading import load
from studio.kit.pixels import image_of
from studio.runs import Predicted
from studio.training import ResultsPanel, Sample, TrainingPanel
from studio.training.samples import samples_of
from studio.training.status import duration


@pytest.mark.parametrize(("seconds", "text"), [(7.4, "0:07"), (75, "1:15"), (3725, "1:02:05"), (-1, "0:00")])
def test_times_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_panel_follows_a_run(qtbot: QtBot) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.begin(20, 10)
    panel.batch(1, 5, {"loss": 2.0, "accuracy": 0.1})
    panel.epoch(1, {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.2, "val_accuracy": 0.4})
    panel.epoch(2, {"loss": 0.5, "accuracy": 0.7, "val_loss": 1.3, "val_accuracy": 0.4})
    panel.progress(3, 0.1, 18240.0, 7.0)
    panel.refresh()
    assert list(panel.curves["loss"].batches.x) == [0.5]
    assert panel.loss_plot.values() == "0.500 val 1.300"
    assert panel.metric_plot.title() == "Accuracy"
    assert panel.best_epoch() == 1
    assert panel.status.best.value() == "1"
    assert panel.status.heading.text() == "Epoch 3 of 20"
    assert panel.status.speed.value() == "18,240"
    assert panel.status.time_left.value() == "0:07"


def test_a_second_metric_can_be_chosen(qtbot: QtBot) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.begin(2, 1)
    panel.epoch(1, {"loss": 1.0, "accuracy": 0.5, "mean_squared_error": 4.0})
    assert panel.chooser.isVisibleTo(panel)
    panel.chooser.setCurrentText("MSE")
    assert panel.metric_plot.title() == "MSE"
    assert panel.metric_plot.curve is panel.curves["mean_squared_error"]


@pytest.mark.parametrize(("how", "kind"), [("completed", "good"), ("stopped", "info"), ("failed", "error")])
def test_every_end_is_worded(qtbot: QtBot, how: str, kind: str) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.begin(3, 1)
    {
        "completed": lambda: panel.completed(3, 12.0),
        "stopped": lambda: panel.stopped(2),
        "failed": lambda: panel.failed("conv2d: out of memory."),
    }[how]()
    assert panel.status.message.kind() == kind
    assert panel.status.message.accessibleName()


def test_a_stopped_run_says_how_many_epochs_are_done_and_no_time(qtbot: QtBot) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.begin(4, 10)
    panel.progress(2, 0.3, 600.0, 18.0)
    panel.stopped(1)
    assert "1 of 4" in panel.status.message.accessibleName()
    assert panel.status.time_left.value() == "–"


def test_a_long_reason_can_be_scrolled_to_its_end(qtbot: QtBot) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.resize(760, 220)
    panel.show()
    panel.failed("conv2d cannot be computed. " * 20)
    area = panel.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)


def test_results_show_scores_and_cards(qtbot: QtBot) -> None:
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    picture = np.zeros((8, 8))
    samples = [
        Sample("3", "3", True, picture),
        Sample("1", "7", False, picture),
        Sample("21.5", "20.0", row="a b"),
    ]
    panel.show_results({"accuracy": 0.981, "loss": 0.07}, samples)
    panel.resize(700, 300)
    assert [card.sample.right for card in panel.cards()] == [True, False, None]
    assert panel.cards()[1].accessibleName() == "Says 1, is 7"
    assert not panel.grab().isNull()
    panel.show_results({"accuracy": 1.0}, samples[:1])
    assert len(panel.cards()) == 1


def test_pictures_keep_their_pixels() -> None:
    values = np.array([[0.0, 1.0], [0.5, np.nan]])
    image = image_of(values)
    assert (image.width(), image.height()) == (2, 2)
    assert image.pixelColor(0, 0).name() == "#ffffff"
    assert image.pixelColor(1, 0).name() == "#000000"
    assert image_of(values, dark=True).pixelColor(0, 0).name() == "#000000"
    colour = np.zeros((1, 1, 3))
    colour[0, 0, 0] = 1.0
    assert image_of(colour).pixelColor(0, 0).name() == "#ff0000"


def test_single_batches_say_their_loss(qtbot: QtBot) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.begin(1, 40)
    panel.batch(1, 1, {"loss": 2.5, "accuracy": 0.1})
    panel.trained(1, {"loss": 2.5, "accuracy": 0.1})
    assert panel.status.heading.text() == "1 batch trained"
    assert panel.status.message.accessibleName() == "Loss of this batch: 2.5000"
    panel.batch(1, 2, {"loss": 2.25, "accuracy": 0.3})
    panel.trained(2, {"loss": 2.25, "accuracy": 0.3})
    assert panel.status.heading.text() == "2 batches trained"
    panel.batch(1, 1, {"loss": 2.0, "accuracy": 0.3})  # the epoch begins anew: no line leads back
    assert list(panel.curves["loss"].batches.x) == [1 / 40, 2 / 40]


def test_answers_of_several_outputs_are_named(qtbot: QtBot) -> None:
    settings = next(one.settings for one in bundled() if one.key == "auto_mpg")
    data = load(settings)
    outputs = {"fuel": np.array([[21.6094]]), "motor": np.array([[0.0, 0.9, 0.0, 0.1, 0.0]])}
    targets = {"fuel": np.array([[32.0]]), "motor": np.array([1])}
    (sample,) = samples_of(Predicted((0,), {}, targets, outputs), data, {"fuel": "mpg", "motor": "cylinders"})
    assert (sample.said, sample.truth) == ("fuel 21.61, motor 4", "fuel 32, motor 4")
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.show_results({"loss": 1.0}, [sample])
    assert not panel.key.isHidden()
    panel.show_results({"loss": 1.0}, [])
    assert panel.key.isHidden()
