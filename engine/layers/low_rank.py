"""Low-rank adaptation (LoRA): train a small correction of a large weight that itself stays as it is.

What crosses layers lives here once: ``Dense``, ``EinsumDense`` and ``Embedding`` derive from ``_LowRank``.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import initializers
from engine.errors import EngineError, ParamError
from engine.layers.layer import Layer
from engine.layers.variable import Variable

_ONE = {"embeddings": "embedding"}


class _LowRank(Layer):
    """A layer whose main weight W can be replaced by W + alpha / rank * A @ B, with only A and B trained.

    Hu et al. 2021, https://arxiv.org/abs/2106.09685.  ``_adapts`` is the name of W.  While nothing is
    adapted, W lies in torch's own table of parameters under that name and costs no detour.
    """

    _adapts: ClassVar[str] = "kernel"

    def __init__(self, lora_rank: int | None, lora_alpha: float | None, **kwargs: Any) -> None:
        quantization = kwargs.pop("quantization_config", None)
        if quantization is not None:
            raise ParamError(
                f"{type(self).__name__}: weights are not quantized here, so quantization_config is None. "
                f"Received: quantization_config={quantization!r}",
                code="param",
                owner=type(self).__name__,
                param="quantization_config",
                got=quantization,
            )
        super().__init__(**kwargs)
        self.lora_rank = lora_rank
        whole = lora_alpha is not None and lora_alpha == int(lora_alpha)
        self.lora_alpha = lora_rank if lora_alpha is None else int(lora_alpha) if whole else lora_alpha
        self.lora_enabled = False

    def __getattr__(self, name: str) -> Any:
        """Return the weight with its correction, once there is one; ``_kernel`` is the weight without."""
        if name == self._adapts:
            if not self.built:
                raise AttributeError(f"You must build the layer before accessing `{name}`.")
            frozen = self._parameters.get(f"_{name}")
            if frozen is not None:
                return self._corrected(frozen)
        elif name == f"_{self._adapts}" and self._adapts in self._parameters:
            return self._parameters[self._adapts]
        return super().__getattr__(name)

    def _corrected(self, weight: Tensor) -> Tensor:
        first, second = (getattr(self, f"lora_{self._adapts}_{part}") for part in "ab")
        assert self.lora_alpha is not None
        assert self.lora_rank is not None
        correction = torch.matmul(first, second) * (self.lora_alpha / self.lora_rank)
        return (weight + correction).to(getattr(torch, self.compute_dtype))

    def _adapt_if_asked(self) -> None:
        """Add the correction at the end of ``build``, where the constructor was given a rank."""
        if self.lora_rank:
            self.built = True
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freeze the main weight and train a correction of ``rank`` in its place.

        Raises ``EngineError`` where the layer is not built, has a constraint on that weight, or is adapted
        already.  Keras: ``Dense.enable_lora``.
        """
        name = self._adapts
        if getattr(self, f"{name}_constraint"):
            raise EngineError(
                f"Lora is incompatible with {_ONE.get(name, name)} constraints. Remove {name}_constraint of "
                f"layer '{self.name}' to enable it.",
                code="lora",
                layer=self.name,
            )
        if not self.built:
            raise EngineError(
                f"Cannot enable lora on a layer that isn't yet built. Build or call '{self.name}' first.",
                code="lora",
                layer=self.name,
            )
        if self.lora_enabled:
            raise EngineError(
                f"lora is already enabled on layer '{self.name}'. This can only be done once per layer.",
                code="lora",
                layer=self.name,
            )
        weight = self._parameters.pop(name)
        assert isinstance(weight, Variable)
        self.register_parameter(f"_{name}", weight)
        regularizer = getattr(self, f"{name}_regularizer")
        for part, shape, initializer in (
            ("a", (*weight.shape[:-1], rank), a_initializer),
            ("b", (rank, weight.shape[-1]), b_initializer),
        ):
            made = self.add_weight(
                shape,
                initializers.get(initializer),
                dtype="float32",
                regularizer=regularizer,
                name=f"lora_{name}_{part}",
            )
            made.path = f"{self.path or self.name}/{made.name}"
            setattr(self, made.name, made)
        weight.requires_grad_(False)
        self.lora_enabled = True
        self.lora_rank = rank
        self.lora_alpha = rank if lora_alpha is None else lora_alpha

    def _saved_weights(self) -> list[Variable]:
        """Return the weights without the correction, which files hold added to the weight it corrects."""
        return [weight for weight in super()._saved_weights() if not weight.name.startswith("lora_")]

    def save_own_variables(self, store: Any) -> None:
        """Put the weights into ``store``, the correction added."""
        if not self.lora_enabled:
            super().save_own_variables(store)
            return
        frozen = self._parameters[f"_{self._adapts}"]
        for index, weight in enumerate(self._saved_weights()):
            store[str(index)] = getattr(self, self._adapts).detach() if weight is frozen else weight

    def load_own_variables(self, store: Any) -> None:
        """Set the weights from ``store``; a correction starts at nothing again."""
        super().load_own_variables(store)
        for weight in self._weights:
            if weight.name.startswith("lora_"):
                weight.assign(torch.zeros_like(weight))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; those of the correction only where there is one."""
        config = super().get_config()
        if not self.lora_rank:
            config.pop("lora_rank", None)
            config.pop("lora_alpha", None)
        return {**config, "quantization_config": None}
