"""The allocator keeps few arenas, and the garbage collector runs rarely."""

import ctypes
import gc
from types import SimpleNamespace

import pytest

from source_pinterest.engine.output import tune_memory

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""As malloc.h has them."""

LARGE_BYTES = 4 * 1024 * 1024


@pytest.fixture(autouse=True)
def collector(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, ...]]:
    """What the garbage collector is told, which is noted and not done."""
    told: dict[str, tuple[int, ...]] = {}
    for name in ("set_threshold", "freeze"):
        monkeypatch.setattr(gc, name, lambda *values, name=name: told.update({name: values}))
    return told


def test_the_allocator_is_asked_for_few_arenas_and_to_give_large_blocks_back(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[int, int] = {}
    library = SimpleNamespace(mallopt=lambda option, value: asked.update({option: value}))
    monkeypatch.setattr(ctypes, "CDLL", {None: library}.__getitem__)
    tune_memory()

    assert asked == {M_ARENA_MAX: 2, M_MMAP_THRESHOLD: LARGE_BYTES, M_TRIM_THRESHOLD: LARGE_BYTES}


def test_a_c_library_without_that_option_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, collector: dict[str, tuple[int, ...]]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    tune_memory()

    assert collector == {"set_threshold": (50_000, 20, 100), "freeze": ()}
