"""Files that are damaged, malicious or made for another model: a clear error, and nothing is lost."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import layers

h5py = pytest.importorskip("h5py")
# Keras turns its weights into arrays in a way that numpy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def model(units: int = 3) -> Any:
    made = engine.Sequential(
        [layers.Input((4,)), layers.Dense(units, name="one"), layers.Dense(2, name="two")]
    )
    made.compile("adam", "mse")
    return made


def rewritten(source: Path, target: Path, **changes: bytes) -> Path:
    names = {"config": "config.json", "weights": "model.weights.h5"}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            known = next((key for key, value in names.items() if value == name), "")
            new.writestr(name, changes.get(known, old.read(name)))
    return target


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    made = model()
    made.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0)
    made.save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


def test_a_crash_while_saving_leaves_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()
    made = model()

    def crash(store: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(made.layers[1], "save_own_variables", crash)
    for path in (saved, saved.with_name("m.weights.h5")):
        with pytest.raises(RuntimeError, match="power cut"):
            (made.save if path == saved else made.save_weights)(path)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["m.keras"]


def test_half_files_are_named(saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    half = tmp_path / "half.keras"
    half.write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match=r"no whole \.keras file"):
        engine.saving.load_model(half)
    with zipfile.ZipFile(saved) as archive:
        weights = archive.read("model.weights.h5")
    broken = rewritten(saved, tmp_path / "w.keras", weights=weights[: len(weights) // 2])
    with pytest.raises(ValueError, match="no whole HDF5 file"):
        engine.saving.load_model(broken)
    (tmp_path / "half.weights.h5").write_bytes(weights[:100])
    with pytest.raises(ValueError, match="no whole HDF5 file"):
        model().load_weights(tmp_path / "half.weights.h5")
    with zipfile.ZipFile(tmp_path / "empty.keras", "w"):
        pass
    with pytest.raises(ValueError, match=r"no 'config\.json'"):
        engine.saving.load_model(tmp_path / "empty.keras")
    for text in (b"{", b"[]", b'{"class_name": "Dense", "config": {"units": 2}}'):
        with pytest.raises(ValueError, match="model"):
            engine.saving.load_model(rewritten(saved, tmp_path / "c.keras", config=text))


def test_archives_that_unfold_to_far_more_are_refused(saved: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.keras"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (300 << 20), compresslevel=1)
    with pytest.raises(ValueError, match="claims"):
        engine.saving.load_model(bomb)
    outside = tmp_path / "out.keras"
    rewritten(saved, outside)
    with zipfile.ZipFile(outside, "a") as archive:
        archive.writestr("assets/../../evil.txt", b"x")
    with pytest.raises(ValueError, match="leads out"):
        engine.saving.load_model(outside)


def test_links_and_arrays_elsewhere_are_refused(tmp_path: Path) -> None:
    made = model()
    made.save_weights(tmp_path / "a.weights.h5")
    for kind in ("soft", "external", "bomb"):
        path = tmp_path / f"{kind}.weights.h5"
        path.write_bytes((tmp_path / "a.weights.h5").read_bytes())
        with h5py.File(path, "a") as file:
            group = file["layers/dense/vars"]
            del group["0"]
            if kind == "soft":
                group["0"] = h5py.SoftLink("/layers/dense_1/vars/0")
            elif kind == "external":
                group["0"] = h5py.ExternalLink("other.h5", "/x")
            else:
                group.create_dataset("0", (1 << 17, 1 << 17), "float32", chunks=(64, 64))
        with pytest.raises(ValueError, match=r"not read"):
            made.load_weights(path)


def test_weights_that_do_not_fit_change_nothing(tmp_path: Path) -> None:
    other = model(units=5)
    other.save_weights(tmp_path / "o.weights.h5")
    made = model()
    before = [array.copy() for array in made.get_weights()]
    with pytest.raises(ValueError, match=r"must match|shape"):
        made.load_weights(tmp_path / "o.weights.h5")
    for found, wanted in zip(made.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, wanted)
    alike = model()
    with pytest.warns(UserWarning, match="could not be loaded"):
        alike.load_weights(tmp_path / "o.weights.h5", skip_mismatch=True)
    twin = model()
    twin.save_weights(tmp_path / "t.weights.h5")
    engine.saving.load_weights(made, tmp_path / "t.weights.h5", objects_to_skip=[made.layers[0]])
    np.testing.assert_array_equal(made.get_weights()[0], before[0])
    np.testing.assert_array_equal(made.get_weights()[2], twin.get_weights()[2])


def test_code_in_a_file_is_refused_and_unknown_classes_are_named(saved: Path, tmp_path: Path) -> None:
    class Stranger(layers.Dense):
        pass

    engine.Sequential([layers.Input((4,)), Stranger(2)]).save(tmp_path / "s.keras")
    with zipfile.ZipFile(tmp_path / "s.keras") as archive:
        config = archive.read("config.json").replace(b'"Stranger"', b'"Foreign"')
    path = rewritten(tmp_path / "s.keras", tmp_path / "f.keras", config=config)
    with pytest.raises((ValueError, TypeError), match=r"Foreign[\s\S]*custom_objects"):
        engine.saving.load_model(path)
    assert engine.saving.load_model(path, custom_objects={"Foreign": Stranger}).built
    with zipfile.ZipFile(saved) as archive:
        config = json.loads(archive.read("config.json"))
    code = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}
    lambdas = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": code}}
    config["config"]["layers"].append(lambdas)
    path = rewritten(saved, tmp_path / "l.keras", config=json.dumps(config).encode())
    with pytest.raises(ValueError, match=r"not run from a file|arbitrary code"):
        engine.saving.load_model(path)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda made: made.save("m.h6"), "`.keras` extension"),
        (lambda made: made.save_weights("m.h5"), "must end in `.weights.h5`"),
        (lambda made: made.save_weights("m.h5x", max_shard_size=1), "must end in `.weights.json`"),
        (lambda made: made.load_weights("m.txt"), "File format not supported"),
        (lambda made: engine.saving.load_model("m.txt"), "File format not supported"),
        (lambda made: engine.saving.load_model("nowhere.keras"), "File not found"),
        (
            lambda made: engine.Sequential([layers.Dense(1)]).save_weights("a.weights.h5"),
            "not yet been built",
        ),
    ],
)
def test_wrong_names_say_what_to_do(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(model())


@engine.saving.register_keras_serializable("tests")
class _Own(engine.Model):
    """A model that is code, with layers in attributes, lists and dicts, and a file of its own."""

    def __init__(self, units: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.first = layers.Dense(4)
        self.extra = [layers.Dense(units), [layers.Dense(units)]]
        self.by_name = {"last": layers.Dense(1)}
        self.note = ""

    def call(self, x: Any) -> Any:
        x = self.extra[1][0](self.extra[0](self.first(x)))
        return self.by_name["last"](x)

    def get_config(self) -> dict[str, Any]:
        return {"units": self.units}

    def save_assets(self, folder: str) -> None:
        Path(folder, "note.txt").write_text(self.note)

    def load_assets(self, folder: str) -> None:
        self.note = Path(folder, "note.txt").read_text()


def test_a_model_that_is_code_comes_back_with_its_files(tmp_path: Path) -> None:
    made = _Own(3)
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    wanted = made.predict(x, verbose=0)
    made.note = "kept"
    made.save(tmp_path / "own.keras")
    with zipfile.ZipFile(tmp_path / "own.keras") as archive:
        assert "assets/note.txt" in archive.namelist()
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
            assert "extra/container/dense/vars/0" in file
            assert "by_name/dense/vars/0" in file
    twin = engine.saving.load_model(tmp_path / "own.keras")
    assert twin.note == "kept"
    np.testing.assert_array_equal(twin.predict(x, verbose=0), wanted)


def test_files_of_older_keras_are_read(keras: Any, tmp_path: Path) -> None:
    made = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)])
    made.compile("adam", "mse")
    made.save(tmp_path / "old.h5")
    x = np.ones((2, 4), "float32")
    twin = engine.saving.load_model(tmp_path / "old.h5")
    np.testing.assert_allclose(twin.predict(x, verbose=0), made.predict(x, verbose=0), atol=1e-6)
    assert twin.compiled
    twin.load_weights(tmp_path / "old.h5")
    with pytest.raises(ValueError, match=r"mismatch|shapes"):
        model().load_weights(tmp_path / "old.h5")


def test_half_precision_and_whole_numbers_keep_their_types(tmp_path: Path) -> None:
    made = engine.Sequential([layers.Input((4,)), layers.Dense(3, dtype="bfloat16")])
    made.save_weights(tmp_path / "b.weights.h5")
    twin = engine.Sequential([layers.Input((4,)), layers.Dense(3, dtype="bfloat16")])
    twin.load_weights(tmp_path / "b.weights.h5")
    for one, two in zip(twin.weights, made.weights, strict=True):
        assert str(one.dtype) == str(two.dtype)
        assert bool((one == two).all())
