"""The short way into a built graph: a call on one plain tensor, from outside of every other call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.nn.modules import module as torch_module

from engine.layers import calling
from engine.layers.layer import Layer
from engine.layers.scope import running_layers
from engine.layers.symbolic import KerasTensor
from engine.layers.weighted import hook_epoch

if TYPE_CHECKING:
    from engine.models.functional import Functional
    from engine.models.model import Model


class Direct:
    """Leads a call of ``model`` straight to the plan of its graph, where that comes to the same.

    What a whole call does besides (converting arrays, looking for symbolic tensors, masks, penalties, loss
    terms, arguments for layers inside) costs more than the arithmetic of a small network on one sample.
    """

    def __init__(self, model: Model, graph: Functional) -> None:
        self._model = model
        self._weight = next(model.parameters(), None)
        self._epoch = hook_epoch()
        self._run = graph._compiled_graph().run
        self._open = (
            type(model).forward is Layer.forward
            and type(graph).call is _functional().call
            and isinstance(graph._inputs_struct, KerasTensor)
            and isinstance(graph._outputs_struct, KerasTensor)
            and not (model.hooked() or model._mixed or model._context_args)
        )
        self._local = calling._local
        model._called = True

    def fits(self, inputs: Any) -> bool:
        """Return whether a call on ``inputs`` alone may go this way."""
        model, weight, local = self._model, self._weight, self._local
        return (
            self._open
            and self._epoch == hook_epoch()
            and type(inputs) is Tensor
            and (weight is None or weight.device == inputs.device)
            and getattr(inputs, "_keras_mask", None) is None
            and not getattr(local, "running", False)
            and getattr(local, "training", None) is None
            and not getattr(local, "context", None)
            and not running_layers()
            and not model._losses
            and model.input_spec is None
            and model.activity_regularizer is None
            and not _hooks_everywhere()
        )

    @property
    def stale(self) -> bool:
        """Whether hooks or policies changed since this was made."""
        return self._epoch != hook_epoch()

    def run(self, inputs: Tensor) -> Tensor:
        """Return the output for ``inputs``."""
        return self._run([inputs])[0]


def _functional() -> type[Functional]:
    from engine.models.functional import Functional

    return Functional


def _hooks_everywhere() -> bool:
    """Return whether torch hooks for all modules at once are registered."""
    return bool(
        torch_module._global_forward_hooks
        or torch_module._global_forward_pre_hooks
        or torch_module._global_backward_hooks
        or torch_module._global_backward_pre_hooks
    )
