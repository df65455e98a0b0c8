"""The form edits the document, one step of undo each, and follows what changes elsewhere."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from engine.catalog import load_catalog
from studio.app.start_page import examples_path
from studio.session import Session
from studio.training import TrainingForm


@pytest.fixture
def session() -> Session:
    one = Session.open(examples_path() / "digits.bunon")
    one.set_catalog(load_catalog())
    return one


@pytest.fixture
def form(session: Session, qtbot: QtBot) -> TrainingForm:
    one = TrainingForm(session)
    qtbot.addWidget(one)
    return one


def test_numbers_go_into_the_document_and_back_by_undo(session: Session, form: TrainingForm) -> None:
    before = form.epochs.value()
    form.epochs.setValue(33)
    form.epochs.editingFinished.emit()
    assert session.document.setting("training")["epochs"] == 33
    assert session.stack.count() == 1
    form.epochs.editingFinished.emit()
    assert session.stack.count() == 1, "leaving a field without a change is no edit"
    session.stack.undo()
    assert form.epochs.value() == before


def test_an_optimizer_brings_its_own_parameters(session: Session, form: TrainingForm) -> None:
    form.optimizer.setCurrentText("SGD")
    form.optimizer.activated.emit(form.optimizer.currentIndex())
    assert session.document.setting("training")["optimizer"]["class_name"] == "SGD"
    assert set(form.options) == {"learning_rate", "momentum", "nesterov"}
    momentum = form.options["momentum"]
    momentum.setValue(0.9)
    momentum.editingFinished.emit()
    form.options["nesterov"].setChecked(True)
    config = session.document.setting("training")["optimizer"]["config"]
    assert config["momentum"] == 0.9
    assert config["nesterov"] is True


def test_the_split_is_part_of_the_data(session: Session, form: TrainingForm) -> None:
    form.validation.setValue(25)
    form.validation.editingFinished.emit()
    assert session.document.setting("data")["split"]["validation"] == 0.25
    assert len(session.load_data().validation) == pytest.approx(1797 * 0.25, abs=1)
