"""Contrast evened out part by part: CLAHE."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.image_base import Transformation, _PixelLayer
from engine.params import Array, DataFormat, Real, Size2
from engine.pictures.common import from_planes, to_planes


class ContrastLimitedAdaptiveHistogramEqualization(_PixelLayer):
    """Evens out the contrast of pictures part by part, which shows details in dark and bright parts alike.

    The picture is laid out in tiles; the tones of each are spread evenly, none of them counted more often
    than the limit, and between the tiles the results are blended.  Works while training and afterwards.
    Zuiderveld, Contrast Limited Adaptive Histogram Equalization (1994).
    Keras: ``keras.layers.ContrastLimitedAdaptiveHistogramEqualization``.

    Args:
        value_range: Least and greatest value of a pixel.
        clip_limit: How often a tone counts at most, as a multiple of the mean; 0 sets no limit.
        tile_grid_size: Number of tiles down and across.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False

    def __init__(
        self,
        value_range: Array = (0, 255),
        clip_limit: Real = 4.0,
        tile_grid_size: Size2 = (8, 8),
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.clip_limit = clip_limit
        self.tile_grid_size = tile_grid_size

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures with their contrast evened out."""
        tensor = torch.as_tensor(images)
        planes = to_planes(tensor, self.data_format).float()
        full = self._transform_value_range(planes, self.value_range, (0, 255))
        even = self._transform_value_range(self._even(full), (0, 255), self.value_range)
        return from_planes(even, self.data_format, tensor.ndim == 4).to(tensor.dtype)

    def _even(self, planes: Tensor) -> Tensor:
        height, width = planes.shape[-2:]
        down, across = self.tile_grid_size
        high, wide = -(-height // down), -(-width // across)
        rows = _mirrored(torch.arange(high * down, device=planes.device), height)
        columns = _mirrored(torch.arange(wide * across, device=planes.device), width)
        flat = planes.flatten(0, 1)
        tones = flat[:, rows[:, None], columns].long().clamp(0, 255)
        curves = self._curves(tones.unfold(1, high, high).unfold(2, wide, wide).flatten(3), high * wide)
        tile_y, part_y = _between(height, high, down, planes.device)
        tile_x, part_x = _between(width, wide, across, planes.device)
        seen = tones[:, :height, :width].flatten(1)

        def mapped(y: Tensor, x: Tensor) -> Tensor:
            tile = (y[:, None] * across + x).flatten() * 256
            return curves.flatten(1).gather(1, tile + seen).view(-1, height, width)

        (top, bottom), (left, right) = tile_y, tile_x
        upper = mapped(top, left) * (1 - part_x) + mapped(top, right) * part_x
        lower = mapped(bottom, left) * (1 - part_x) + mapped(bottom, right) * part_x
        blended = upper * (1 - part_y[:, None]) + lower * part_y[:, None]
        return blended.view(planes.shape)

    def _curves(self, tiles: Tensor, pixels: int) -> Tensor:
        """Return what each tone becomes in each tile: (planes, down, across, 256)."""
        counts = torch.zeros(*tiles.shape[:3], 256, device=tiles.device)
        counts.scatter_add_(3, tiles, torch.ones_like(tiles, dtype=counts.dtype))
        if self.clip_limit > 0:
            clipped = counts.clamp(max=int(self.clip_limit * pixels / 256.0))  # counts are whole: so is this
            counts = clipped + (counts - clipped).sum(-1, keepdim=True) / 256.0
        below = counts.cumsum(-1)
        least = below.amin(-1, keepdim=True)
        rest = pixels - least
        return ((below - least) * 255.0 / torch.where(rest == 0, 1.0, rest)).clamp(0, 255)


def _mirrored(places: Tensor, size: int) -> Tensor:
    """Return places beyond the end as seen in a mirror at the edge."""
    folded = places % (2 * size)
    return torch.where(folded < size, folded, 2 * size - 1 - folded)


def _between(length: int, size: int, count: int, device: Any) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """Return, for each pixel along an axis, the tiles before and after it, and how far it is between them."""
    place = (torch.arange(length, dtype=torch.float32, device=device) - size / 2.0) / size
    before = place.floor()
    tiles = before.long().clamp(0, count - 1), (before.long() + 1).clamp(0, count - 1)
    return tiles, place - before
