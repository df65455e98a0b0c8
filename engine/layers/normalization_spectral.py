"""Spectral normalization: keep a layer from stretching its input by more than 1."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ParamError
from engine.initializers import TruncatedNormal
from engine.layers.variable import Variable
from engine.layers.wrapper import Wrapper
from engine.params import Kind, LayerRef
from engine.spec import InputSpec

Iterations = Annotated[int, Kind("int", minimum=1, rule="`{name}` should be greater than zero.")]


class SpectralNormalization(Wrapper):
    """Divides the weights of the layer inside by their largest stretch, at each step of training.

    Keeps the judging half of a pair of competing networks (GAN) steady.  The stretch, the largest singular
    value, is estimated by power iteration.  Miyato et al. 2018, https://arxiv.org/abs/1802.05957.
    Keras: ``keras.layers.SpectralNormalization``.

    Args:
        layer: The layer inside, with a ``kernel`` or ``embeddings``, such as Dense(8).
        power_iterations: How often the estimate is refined at each step.
    """

    rare: ClassVar[bool] = True
    category: ClassVar[str] = "normalization"
    in_palette = True
    kernel: Any
    vector_u: Variable

    def __init__(self, layer: LayerRef, power_iterations: Iterations = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = power_iterations

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside and the vector that the estimate starts from."""
        super().build(input_shape)
        shape = tuple(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: shape[-1]} if shape and shape[-1] else {})
        kernel = getattr(self.layer, "kernel", None)
        kernel = getattr(self.layer, "embeddings", None) if kernel is None else kernel
        if kernel is None:
            raise ParamError(
                f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings': "
                "SpectralNormalization goes around a layer that has one.",
                code="param",
                owner="SpectralNormalization",
                param="layer",
                got=self.layer,
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            (1, kernel.shape[-1]), TruncatedNormal(stddev=0.02), trainable=False, name="vector_u"
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return what the layer inside makes of the inputs; while training its weights are scaled first."""
        if training and bool(self.kernel.any()):
            with torch.no_grad():
                vector, kernel = self.normalized_weights()
                self.vector_u.copy_(vector)
                self.kernel.copy_(kernel)
        made: Tensor = self.layer(inputs)
        return made.to(inputs.dtype) if inputs.is_floating_point() else made

    def normalized_weights(self) -> tuple[Tensor, Tensor]:
        """Return the refined vector and the weights divided by their largest singular value."""
        matrix = self.kernel.detach().reshape(-1, self.kernel.shape[-1])
        right: Tensor = self.vector_u.detach()
        for _ in range(self.power_iterations):
            left = _unit(right @ matrix.t())
            right = _unit(left @ matrix)
        sigma = left @ matrix @ right.t()
        return right, self.kernel.detach() / sigma

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return what the layer inside says."""
        return self.layer.compute_output_shape(input_shape)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return what the layer inside says."""
        return str(self.layer.compute_output_dtype(*dtypes))

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return what the layer inside says."""
        return int(self.layer.compute_macs(input_shape, output_shape))


def _unit(vector: Tensor) -> Tensor:
    """Return the vector scaled to length 1; one of zeros stays so."""
    return vector * torch.rsqrt(vector.square().sum().clamp(min=1e-12))
