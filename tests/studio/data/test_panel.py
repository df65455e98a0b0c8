"""The data panel: bundled data, files of one's own, and what is wrong with them, by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.data import DataPanel
from studio.data_source.bundled import bundled
from studio.document import thaw
from studio.session import Session
from tests.studio.drawings import opened


@pytest.fixture
def session() -> Session:
    return opened()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> DataPanel:
    made = DataPanel(session)
    qtbot.addWidget(made)
    made.resize(240, 900)
    made.show()
    return made


def stored(session: Session) -> Any:
    return thaw(session.document.setting("data"))


def flowers(tmp_path: Path, rows: int = 20, spoilt: int | None = None) -> Path:
    lines = ["size,weight,colour,kind"]
    for row in range(rows):
        size = "big" if row == spoilt else f"{row}.5"
        lines.append(f"{size},{row * 2}.25,{('red', 'blue')[row % 2]},{('rose', 'iris')[row % 2]}")
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_without_data_it_says_how_to_get_some(panel: DataPanel) -> None:
    assert panel.title.text() == "No data yet"
    assert not panel.sample.isVisible()


def test_digits_show_fields_pictures_and_balance(panel: DataPanel, session: Session) -> None:
    panel.choice.setCurrentIndex(panel.choice.findData("digits"))
    panel.choice.activated.emit(panel.choice.currentIndex())
    assert panel.title.text() == "Handwritten digits"
    assert panel.fields.cells() == [
        ["image", "image", "8 × 8 × 1"],
        ["label (target)", "category", "10 classes"],
    ]
    assert panel.sample.images.isVisible()
    assert panel.rows.text().startswith("1,797 rows")
    session.stack.undo()
    assert stored(session) == {}
    assert panel.title.text() == "No data yet"


@pytest.mark.parametrize("key", [each.key for each in bundled() if each.key != "fashion_mnist"])
def test_every_bundled_set_can_be_shown(panel: DataPanel, session: Session, key: str) -> None:
    panel.use_bundled(key)
    assert not panel.fault.isVisible()
    assert len(panel.fields.cells()) == len(panel.settings().fields)
    shown = [each.isVisible() for each in (panel.sample.images, panel.sample.series, panel.sample.table)]
    assert shown.count(True) == 1
    panel.grab()


def test_the_split_is_undone_in_one_step(panel: DataPanel, session: Session) -> None:
    panel.use_bundled("iris")
    panel.split.validation.setValue(20)
    assert stored(session)["split"]["validation"] == 0.2
    session.stack.undo()
    assert panel.split.validation.value() == 15
    before = session.stack.index()
    panel.split.validation.setValue(90)
    assert panel.split.reason()
    assert session.stack.index() == before


def test_a_table_of_ones_own(panel: DataPanel, session: Session, tmp_path: Path) -> None:
    panel.open_file(flowers(tmp_path))
    assert not panel.fault.isVisible()
    assert stored(session)["targets"] == ["kind"]
    assert panel.columns.kinds["size"].currentData() == "numbers"
    assert panel.columns.targets["kind"].isChecked()
    assert panel.sample.table.rowCount() == 6


def test_the_kind_of_a_column_and_the_target_can_be_set(
    panel: DataPanel, session: Session, tmp_path: Path
) -> None:
    panel.open_file(flowers(tmp_path))
    combo = panel.columns.kinds["colour"]
    combo.setCurrentIndex(combo.findData("skip"))
    combo.activated.emit(combo.currentIndex())
    assert "colour" not in [field["name"] for field in stored(session)["fields"]]
    session.stack.undo()
    assert panel.columns.kinds["colour"].currentData() == "category"
    panel.columns.targets["weight"].click()
    assert set(stored(session)["targets"]) == {"weight", "kind"}
    assert session.dataset is not None
    assert session.dataset.arrays["size"].shape == (20, 1)


def test_a_broken_table_is_told_by_row_and_column(panel: DataPanel, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2\n3,4,5\n", encoding="utf-8")
    panel.open_file(path)
    assert panel.fault.isVisible()
    assert "row 3" in panel.fault.accessibleDescription()
    assert stored(session) == {}


def test_a_cell_that_is_no_number_is_told_by_row_and_column(
    panel: DataPanel, session: Session, tmp_path: Path
) -> None:
    panel.open_file(flowers(tmp_path))
    flowers(tmp_path, spoilt=4)
    session.analyse()
    assert panel.fault.isVisible()
    words = panel.fault.accessibleDescription()
    assert "row 6" in words
    assert "size" in words
    assert not panel.sample.isVisible()


def test_arrays_of_ones_own(panel: DataPanel, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.random((40, 5, 5, 1), dtype="float32"), y=np.arange(40) % 4)
    panel.open_file(path)
    assert not panel.fault.isVisible()
    assert [field["name"] for field in stored(session)["fields"]] == ["x", "y"]
    assert panel.sample.images.isVisible()


def test_data_are_not_read_while_nobody_looks(
    panel: DataPanel, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.hide()
    read: list[int] = []
    monkeypatch.setattr(type(session), "dataset", property(lambda self: read.append(1)))
    panel.use_bundled("iris")
    assert read == []


def test_a_table_with_a_wrong_cell_is_taken_and_its_column_can_be_set(
    panel: DataPanel, session: Session, tmp_path: Path
) -> None:
    panel.open_file(flowers(tmp_path, spoilt=4))
    assert panel.fault.isVisible()
    assert "row 6" in panel.fault.accessibleDescription()
    combo = panel.columns.kinds["size"]
    combo.setCurrentIndex(combo.findData("skip"))
    combo.activated.emit(combo.currentIndex())
    assert not panel.fault.isVisible()
    assert session.dataset is not None
