"""The fuzz targets hold on their seeds and on changed seeds (the long runs are `tests/fuzz/run.py`)."""

from __future__ import annotations

import random

import pytest

from fuzz.targets import SEEDS, TARGETS


def changed(seed: bytes, chance: random.Random) -> bytes:
    """The seed with a few bytes cut out, doubled or replaced."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.randint(0, 6))
        data[at:end] = chance.choice(
            (b"", bytes(data[at:end]) * 3, bytes([chance.randint(0, 255)]), b"[({", b"\n", b'"')
        )
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_target_holds(name: str) -> None:
    chance = random.Random(name)
    for seed in (b"", *SEEDS[name]):
        TARGETS[name](seed)
        for _ in range(40):
            TARGETS[name](changed(seed, chance))
