"""Hashes of texts, equal to those of Keras and TensorFlow: the same text falls into the same bin.

``fingerprint64`` is Google's FarmHash Fingerprint64 (farmhashna, published with a fixed definition),
``siphash24`` is SipHash-2-4 (Aumasson and Bernstein 2012), ``join_fingerprints`` is what TensorFlow crosses
features with.  Plain Python on whole numbers of 64 bits: a table of features has few different values, and
each is hashed once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_ALL = 0xFFFFFFFFFFFFFFFF
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_CROSS = 0xC6A4A7935BD1E995
CROSS_KEY = 0xDECAFCAFFE
"""The key from which TensorFlow starts to cross features."""


def _at(text: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(text[place : place + size], "little")


def _turn(value: int, bits: int) -> int:
    """Return 64 bits rotated to the right."""
    value &= _ALL
    return ((value >> bits) | (value << (64 - bits))) & _ALL


def _mix(value: int) -> int:
    value &= _ALL
    return value ^ (value >> 47)


def _pair(u: int, v: int, factor: int) -> int:
    """Return 64 bits of two times 64."""
    a = _mix((u ^ v) * factor)
    return (_mix(((v & _ALL) ^ a) * factor) * factor) & _ALL


def fingerprint64(text: bytes) -> int:
    """Return FarmHash Fingerprint64 of ``text``."""
    size = len(text)
    if size <= 16:
        return _up_to_16(text, size)
    factor = (_K2 + size * 2) & _ALL
    if size <= 32:
        a, b = _at(text, 0) * _K1, _at(text, 8)
        c, d = _at(text, size - 8) * factor, _at(text, size - 16) * _K2
        return _pair(_turn(a + b, 43) + _turn(c, 30) + d & _ALL, a + _turn(b + _K2, 18) + c & _ALL, factor)
    if size <= 64:
        return _up_to_64(text, size, factor)
    return _long(text, size)


def _up_to_16(text: bytes, size: int) -> int:
    factor = (_K2 + size * 2) & _ALL
    if size >= 8:
        a, b = (_at(text, 0) + _K2) & _ALL, _at(text, size - 8)
        c, d = _turn(b, 37) * factor + a, (_turn(a, 25) + b) * factor
        return _pair(c & _ALL, d & _ALL, factor)
    if size >= 4:
        return _pair(size + (_at(text, 0, 4) << 3), _at(text, size - 4, 4), factor)
    if size:
        y, z = text[0] + (text[size >> 1] << 8), size + (text[-1] << 2)
        return (_mix((y * _K2) ^ (z * _K0)) * _K2) & _ALL
    return _K2


def _up_to_64(text: bytes, size: int, factor: int) -> int:
    a, b = _at(text, 0) * _K2, _at(text, 8)
    c, d = _at(text, size - 8) * factor, _at(text, size - 16) * _K2
    y = (_turn(a + b, 43) + _turn(c, 30) + d) & _ALL
    z = _pair(y, (a + _turn(b + _K2, 18) + c) & _ALL, factor)
    e, f = _at(text, 16) * factor, _at(text, 24)
    g, h = (y + _at(text, size - 32)) * factor, (z + _at(text, size - 24)) * factor
    return _pair((_turn(e + f, 43) + _turn(g, 30) + h) & _ALL, (e + _turn(f + a, 18) + g) & _ALL, factor)


def _weak(text: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    """Return 128 bits of 32 bytes and two seeds."""
    w, x, y, z = (_at(text, place + step) for step in (0, 8, 16, 24))
    a += w
    b = _turn(b + a + z, 21)
    c = a
    a += x + y
    b += _turn(a, 44)
    return (a + z) & _ALL, (b + c) & _ALL


def _long(text: bytes, size: int) -> int:
    x, y = 81, (81 * _K1 + 113) & _ALL
    z = (_mix(y * _K2 + 113) * _K2) & _ALL
    v, w = (0, 0), (0, 0)
    x = (x * _K2 + _at(text, 0)) & _ALL
    end = (size - 1) // 64 * 64

    def step(place: int, factor: int, nine: int) -> None:
        nonlocal x, y, z, v, w
        x = _turn(x + y + v[0] + _at(text, place + 8), 37) * factor & _ALL
        y = _turn(y + v[1] + _at(text, place + 48), 42) * factor & _ALL
        x ^= w[1] * nine & _ALL
        y = (y + v[0] * nine + _at(text, place + 40)) & _ALL
        z = _turn(z + w[0], 33) * factor & _ALL
        v = _weak(text, place, v[1] * factor, x + w[0])
        w = _weak(text, place + 32, z + w[1], y + _at(text, place + 16))
        x, z = z, x

    for place in range(0, end, 64):
        step(place, _K1, 1)
    factor = (_K1 + ((z & 0xFF) << 1)) & _ALL
    w = ((w[0] + ((size - 1) & 63)) & _ALL, w[1])
    v = ((v[0] + w[0]) & _ALL, v[1])
    w = ((w[0] + v[0]) & _ALL, w[1])
    step(size - 64, factor, 9)
    one = (_pair(v[0], w[0], factor) + _mix(y) * _K0 + z) & _ALL
    return _pair(one, (_pair(v[1], w[1], factor) + x) & _ALL, factor)


def siphash24(text: bytes, key: tuple[int, int]) -> int:
    """Return SipHash-2-4 of ``text`` under a key of two times 64 bits."""
    k0, k1 = key[0] & _ALL, key[1] & _ALL
    a, b = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D
    c, d = k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573

    def rounds(count: int) -> None:
        nonlocal a, b, c, d
        for _ in range(count):
            a = (a + b) & _ALL
            c = (c + d) & _ALL
            b = _turn(b, 51) ^ a
            d = _turn(d, 48) ^ c
            a = _turn(a, 32)
            a = (a + d) & _ALL
            c = (c + b) & _ALL
            d = _turn(d, 43) ^ a
            b = _turn(b, 47) ^ c
            c = _turn(c, 32)

    whole = len(text) // 8 * 8
    words = [_at(text, place) for place in range(0, whole, 8)]
    for word in (*words, _at(text, whole) | (len(text) & 0xFF) << 56):
        d ^= word
        rounds(2)
        a ^= word
    c ^= 0xFF
    rounds(4)
    return a ^ b ^ c ^ d


def join_fingerprints(one: int, two: int) -> int:
    """Return one fingerprint of two, in TensorFlow's way (a round of MurmurHash64A)."""
    joined = (one ^ _CROSS) ^ (_mix(two * _CROSS) * _CROSS & _ALL)
    return _mix(_mix(joined * _CROSS) * _CROSS)


def bins_of(
    values: np.ndarray[tuple[int, ...], np.dtype[np.object_]], bins: int, salt: tuple[int, int] | None
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the bin from 0 to ``bins - 1`` of each text: by FarmHash, or by SipHash with ``salt`` as key."""
    hashed: Callable[[bytes], int] = fingerprint64 if salt is None else lambda text: siphash24(text, salt)
    known: dict[str, int] = {}
    flat = []
    for text in values.ravel().tolist():
        if text not in known:
            known[text] = hashed(text.encode()) % bins
        flat.append(known[text])
    return np.asarray(flat, dtype=np.int64).reshape(values.shape)
