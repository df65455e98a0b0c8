"""What loading the engine does besides: nothing that stays, and no search through torch's objects."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
import torch
found = []
gc.callbacks.append(lambda phase, info: found.append(info["generation"]) if phase == "stop" else None)
{before}
from engine import layers, models
print(gc.isenabled(), max(found, default=0) < 2, "torch._dynamo" in __import__("sys").modules)
"""


def _told(before: str) -> list[str]:
    script = SCRIPT.format(before=before)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_search_for_garbage_waits_until_the_layers_are_there() -> None:
    assert _told("") == ["True", "True", "False"]


def test_a_search_that_was_switched_off_stays_off() -> None:
    assert _told("gc.disable()") == ["False", "True", "False"]
