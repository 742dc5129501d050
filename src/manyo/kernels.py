"""How kernels are compiled: one rule for all, one for the cache.

A kernel is a plain Python function over numpy arrays that numba compiles on first use: `nogil`, no fast-math (results
must be the same bytes on every machine), wrap-around indexing never relied upon.

The machine code is cached beside the source, in `__pycache__/kernels-<digest of the room's sources>`: numba by itself
looks only at the file of the kernel, and would go on using machine code into which an older version of a neighbouring
file was inlined. Where an install is read-only the cache goes to the user's cache directory, and where that cannot be
written either, the kernel is compiled anew in each process and still works.

`MANYO_BOUNDSCHECK=1` compiles every kernel with bounds checking on (slow; into a cache of its own), for fuzzing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

from manyo.machine_code import CHECKED, cache_folder

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile `function` with numba on its first call; the signature that it was written with stays its type."""
    return _compile(function, inline=False, counted=True)


def borrowing(function: F) -> F:
    """As `kernel`, for functions that other kernels call: arrays are only borrowed, none is made or returned.

    So none need be counted: numba's reference counts are two atomic operations for every array at every call, which
    is more than a short function's own work.
    """
    return _compile(function, inline=False, counted=False)


def inlined(function: F) -> F:
    """As `borrowing`, for small functions called inside a kernel's loop: always inlined by LLVM."""
    return _compile(function, inline=True, counted=False)


def _compile(function: F, *, inline: bool, counted: bool) -> F:
    options: dict[str, Any] = {"nogil": True, "boundscheck": CHECKED, "forceinline": inline, "_nrt": counted}
    config: Any = numba.config
    before = config.CACHE_DIR
    # The place is asked for when the decorator runs, so the setting is ours for that moment only.
    config.CACHE_DIR = cache_folder(Path(function.__code__.co_filename).parent)
    try:
        return cast(F, numba.njit(function, cache=True, **options))
    except (RuntimeError, OSError):  # no place for a cache can be written
        return cast(F, numba.njit(function, cache=False, **options))
    finally:
        config.CACHE_DIR = before


@inlined
def wide(value: Any) -> int:
    """A byte or another small integer as a signed 64-bit one.

    Inside a kernel an unsigned operand meets a signed one as a float: `wide(data[at]) - 0x30` stays an integer.
    """
    return int(np.int64(value))
