"""How is the process's memory kept small? By telling the allocator and the garbage collector what to expect.

Ten threads that each read bodies of tens of megabytes would leave ten arenas full of holes, more than twice the memory
that is in use.
"""

import ctypes
import gc

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of glibc's mallopt: https://man7.org/linux/man-pages/man3/mallopt.3.html."""

_ARENAS = 2
_LARGE_BYTES = 4 * 1024 * 1024
"""From this size on a block goes back to the system as soon as it is freed. What is made of a list's answer is smaller:
to map it anew for each page costs a hundred page faults."""

_COLLECT_EVERY_ALLOCATIONS = 50_000
"""Records are flat and short-lived; the default of 700 spends 40 % of the time on walking them."""


def tune_memory() -> None:
    """Tune the allocator, where the C library has that option, and the garbage collector."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune:
        for option, value in (
            (_ARENA_MAX, _ARENAS),
            (_MMAP_THRESHOLD, _LARGE_BYTES),
            (_TRIM_THRESHOLD, _LARGE_BYTES),
        ):
            tune(option, value)
    gc.set_threshold(_COLLECT_EVERY_ALLOCATIONS, 20, 100)
    gc.freeze()
