"""Models as artifacts that run without the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def model() -> Any:
    one, two = engine.Input((4,), name="one"), engine.Input((4,), name="two")
    hidden = layers.Dense(3, "relu")(layers.Add()([one, two]))
    return engine.Model([one, two], layers.Dense(2)(layers.Dropout(0.5)(hidden)))


def test_torch_runs_the_program_with_any_batch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = model()
    path = made.export(tmp_path / "m.pt2", format="torch")
    assert "Saved the model" in capsys.readouterr().out
    program = torch.export.load(path).module()
    found = program(torch.as_tensor(X), torch.as_tensor(X + 1))
    np.testing.assert_allclose(found.detach(), made.predict([X, X + 1], verbose=0), atol=1e-6)


def test_models_that_do_not_know_their_inputs_are_told(tmp_path: Path) -> None:
    class Own(engine.Model):
        def __init__(self) -> None:
            super().__init__()
            self.line = layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.line(x)

    with pytest.raises(ValueError, match="does not know its inputs"):
        Own().export(tmp_path / "m.pt2", format="torch")
    made = Own()
    made.export(
        tmp_path / "m.pt2", "torch", verbose=False, input_signature=[engine.InputSpec(shape=(None, 4))]
    )
    program = torch.export.load(tmp_path / "m.pt2").module()
    np.testing.assert_allclose(program(torch.as_tensor(X)).detach(), made(X).detach(), atol=1e-6)


def test_onnx_runs_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    made = model()
    made.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    session = runtime.InferenceSession(str(tmp_path / "m.onnx"))
    names = [entry.name for entry in session.get_inputs()]
    found = session.run(None, dict(zip(names, (X, X + 1), strict=True)))[0]
    np.testing.assert_allclose(found, made.predict([X, X + 1], verbose=0), atol=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"filepath": "m"}, "format='tf_saved_model' needs TensorFlow"),
        ({"filepath": "m", "format": "strange"}, "Unrecognized format='strange'"),
        ({"filepath": "m.onnx", "format": "torch"}, "ends with '.pt2'"),
        (
            {"filepath": "m.pt2", "format": "torch", "odd": 1},
            'Unsupported arguments for `format="torch"`: odd',
        ),
    ],
)
def test_what_cannot_be_is_told(
    options: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words):
        model().export(**options)
    assert not list(tmp_path.iterdir())
