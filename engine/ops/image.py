"""Operations on pictures: ``engine.ops.image.resize`` and its kin.  Keras: ``keras.ops.image``.

Pictures are (height, width, channels), alone or in a batch, with the channels first where ``data_format``
says so; arrays and tensors both do.
"""

from __future__ import annotations

from engine.pictures.filters import (
    extract_patches,
    extract_patches_3d,
    gaussian_blur,
    hsv_to_rgb,
    rgb_to_grayscale,
    rgb_to_hsv,
    sobel_edges,
    ssim,
)
from engine.pictures.resizing import crop_images, pad_images, resize, scale_and_translate
from engine.pictures.sampling import (
    affine_transform,
    compute_homography_matrix,
    elastic_transform,
    map_coordinates,
    perspective_transform,
)

__all__ = [
    "affine_transform", "compute_homography_matrix", "crop_images", "elastic_transform", "extract_patches",
    "extract_patches_3d", "gaussian_blur", "hsv_to_rgb", "map_coordinates", "pad_images",
    "perspective_transform", "resize", "rgb_to_grayscale", "rgb_to_hsv", "scale_and_translate", "sobel_edges",
    "ssim",
]  # fmt: skip
