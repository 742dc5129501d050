"""How kernels are compiled: one decorator, one rule for the cache.

A kernel is a plain Python function over numpy arrays that numba compiles on first use: `nogil`, no fast-math (results
must be the same bytes on every machine), wrap-around indexing never relied upon. The machine code is cached beside
the source, or, where an install is read-only, in the user's cache directory; where neither can be written the kernel
is compiled anew in each process and still works.

`MANYO_BOUNDSCHECK=1` compiles every kernel with bounds checking on (slow; into a cache of its own), for fuzzing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

CHECKED = os.environ.get("MANYO_BOUNDSCHECK") == "1"


def kernel(function: F) -> F:
    """Compile `function` with numba on its first call; the signature that it was written with stays its type."""
    return _compile(function, inline=False)


def inlined(function: F) -> F:
    """As `kernel`, for small functions called inside a kernel's loop: always inlined by LLVM."""
    return _compile(function, inline=True)


def _compile(function: F, *, inline: bool) -> F:
    options: dict[str, Any] = {"nogil": True, "boundscheck": CHECKED, "forceinline": inline}
    try:
        return cast(F, numba.njit(function, cache=not CHECKED, **options))
    except RuntimeError:  # "no locator available": neither beside the source nor in the user's cache can be written
        return cast(F, numba.njit(function, cache=False, **options))
