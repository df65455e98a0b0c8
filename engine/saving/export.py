"""Models as artifacts that run without this engine: torch's ``.pt2`` and ONNX."""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from engine.errors import EngineError, NotBuiltError, ParamError
from engine.saving.files import replacing
from engine.spec import InputSpec
from engine.structure import flatten
from engine.utils.io_utils import print_msg

_NEEDS = {"tf_saved_model": "TensorFlow", "openvino": "OpenVINO", "litert": "LiteRT"}
_ENDINGS = {"torch": ".pt2", "onnx": ".onnx"}


class _Inference(torch.nn.Module):
    """A model as torch's exporters want it: tensors in, tensors out."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, *tensors: torch.Tensor) -> Any:
        """Return the outputs of the model."""
        return self.model.call(tensors[0] if len(tensors) == 1 else list(tensors))


def export(
    model: Any,
    filepath: Any,
    format: str = "tf_saved_model",
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> str:
    """Write ``model`` for inference elsewhere, and return the path.

    ``format`` is ``"torch"`` (a file that ends in ``.pt2``, for ``torch.export.load``; ``kwargs`` go to
    ``torch.export.export``) or ``"onnx"`` (``.onnx``, with the packages onnx and onnxscript; ``kwargs`` go
    to ``torch.onnx.export``).  Axes of unknown size, the batch first, stay open.  ``input_signature`` is a
    list of ``InputSpec``, symbolic tensors or tensors, where the model does not know its inputs.  Raises
    ``ParamError`` for other formats and endings, ``ImportError`` where a package is missing and
    ``EngineError`` where torch cannot follow the model.  Keras: ``Model.export``.
    """
    if format not in _ENDINGS:
        need = _NEEDS.get(format)
        raise ParamError(
            f"format='{format}' needs {need}, and this engine computes with torch alone: pass format='torch' "
            "or format='onnx'."
            if need
            else f"Unrecognized format={format!r}. It is 'torch' or 'onnx'.",
            code="param",
            param="format",
            got=format,
        )
    path = Path(filepath)
    if path.suffix != _ENDINGS[format]:
        raise ParamError(
            f"The filepath of format='{format}' ends with '{_ENDINGS[format]}'. Received: {filepath}",
            code="param",
            param="filepath",
            got=filepath,
        )
    specs = _signature(model, input_signature)
    samples = tuple(_sample(spec) for spec in specs)
    if not model.built:
        model(samples[0] if len(samples) == 1 else list(samples))
    shapes = ({axis for axis, size in enumerate(spec.shape) if size is None} for spec in specs)
    axes: Any = tuple(dict.fromkeys(sorted(found), torch.export.Dim.AUTO) for found in shapes)
    with replacing(path) as part, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporters' own, of their own code
        try:
            (_to_torch if format == "torch" else _to_onnx)(_Inference(model), samples, axes, part, kwargs)
        except (ImportError, ParamError):
            raise
        except Exception as error:  # whatever torch's exporters raise
            raise EngineError(
                f"The model cannot be exported with format='{format}': torch does not follow an operation of "
                f"it, or a choice in it depends on numbers. Original error: {error}",
                code="export",
            ) from error
    if verbose is not False:
        print_msg(f"Saved the model at '{path}'.")
    return str(path)


def _to_torch(
    module: Any, samples: tuple[torch.Tensor, ...], axes: Any, path: Path, kwargs: dict[str, Any]
) -> None:
    known = set(inspect.signature(torch.export.export).parameters) - {"mod", "args", "kwargs"}
    unknown = sorted(set(kwargs) - known)
    if unknown:
        raise ParamError(
            f'Unsupported arguments for `format="torch"`: {", ".join(unknown)}. Supported arguments are: '
            f"{', '.join(sorted(known))}.",
            code="param",
        )
    options = {"dynamic_shapes": axes, "strict": False, **kwargs}
    given = options["dynamic_shapes"]
    shapes = (given,) if isinstance(given, dict) else tuple(given)
    options["dynamic_shapes"] = (shapes,)  # the tensors come as *tensors
    with path.open("wb") as file:
        torch.export.save(torch.export.export(module, samples, **options), file)


def _to_onnx(
    module: Any, samples: tuple[torch.Tensor, ...], axes: Any, path: Path, kwargs: dict[str, Any]
) -> None:
    missing = [name for name in ("onnx", "onnxscript") if importlib.util.find_spec(name) is None]
    if missing:
        names = " ".join(missing)
        raise ImportError(f"format='onnx' needs packages that are not installed: pip install {names}")
    words = {"dynamic_shapes": (axes,), "verbose": False, "external_data": False, **kwargs}
    torch.onnx.export(module, samples, str(path), dynamo=True, **words)


def _signature(model: Any, given: Any) -> list[Any]:
    """Return what has the shape and type of each input."""
    if given is not None:
        return flatten(list(given) if isinstance(given, Sequence) else given)
    if getattr(model, "inputs", None):
        return list(model.inputs)
    shapes = getattr(model, "_build_shapes", None)
    if not model.built or not shapes:
        raise NotBuiltError(
            f"Model '{model.name}' does not know its inputs: call it on data first, or pass input_signature.",
            code="not_built",
        )
    return [InputSpec(shape=tuple(shape), dtype=model.compute_dtype) for shape in shapes.values()]


def _sample(spec: Any) -> torch.Tensor:
    if isinstance(spec, torch.Tensor):
        return spec
    from engine.backend import to_torch_dtype

    kind = to_torch_dtype(spec.dtype or None)
    return torch.zeros([2 if size is None else size for size in spec.shape], dtype=kind)
