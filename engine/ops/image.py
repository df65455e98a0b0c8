"""Operations on pictures: ``engine.ops.image.resize`` and its kin.  Keras: ``keras.ops.image``.

Pictures are (height, width, channels), alone or in a batch, with the channels first where ``data_format``
says so; arrays and tensors both do.
"""

from __future__ import annotations

from typing import Any

from engine.ops import image_rules as rules
from engine.ops.functions import class_or_error
from engine.ops.functions import op as _op
from engine.pictures import filters, resizing, sampling

__all__ = [
    "affine_transform", "compute_homography_matrix", "crop_images", "elastic_transform", "extract_patches",
    "extract_patches_3d", "gaussian_blur", "hsv_to_rgb", "map_coordinates", "pad_images",
    "perspective_transform", "resize", "rgb_to_grayscale", "rgb_to_hsv", "scale_and_translate", "sobel_edges",
    "ssim",
]  # fmt: skip


def _public(*tensors: str, rule: Any, cls: str | None = None) -> Any:
    return _op(*tensors, module="image", rule=rule, cls=cls)


rgb_to_grayscale = _public("images", rule=rules.grayscale, cls="RGBToGrayscale")(filters.rgb_to_grayscale)
rgb_to_hsv = _public("images", rule=rules.colours, cls="RGBToHSV")(filters.rgb_to_hsv)
hsv_to_rgb = _public("images", rule=rules.colours, cls="HSVToRGB")(filters.hsv_to_rgb)
gaussian_blur = _public("images", rule=rules.same)(filters.gaussian_blur)
sobel_edges = _public("images", rule=rules.sobel)(filters.sobel_edges)
ssim = _public("image1", "image2", rule=rules.likeness, cls="SSIM")(filters.ssim)
extract_patches = _public("images", rule=rules.patches)(filters.extract_patches)
extract_patches_3d = _public("volumes", rule=rules.patches_3d, cls="ExtractPatches3D")(
    filters.extract_patches_3d
)
resize = _public("images", rule=rules.resize)(resizing.resize)
pad_images = _public("images", rule=rules.sides("padding", 1))(resizing.pad_images)
crop_images = _public("images", rule=rules.sides("cropping", -1))(resizing.crop_images)
scale_and_translate = _public("images", "output_shape", "scale", "translation", rule=rules.scaled)(
    resizing.scale_and_translate
)
affine_transform = _public("images", "transform", rule=rules.transformed)(sampling.affine_transform)
perspective_transform = _public("images", "start_points", "end_points", rule=rules.perspective)(
    sampling.perspective_transform
)
map_coordinates = _public("inputs", "coordinates", rule=rules.coordinates)(sampling.map_coordinates)
elastic_transform = _public("images", rule=rules.same)(sampling.elastic_transform)
compute_homography_matrix = sampling.compute_homography_matrix


def __getattr__(name: str) -> Any:
    """Return the class of an operation (``Resize``) when it is asked for."""
    return class_or_error("image", name)
