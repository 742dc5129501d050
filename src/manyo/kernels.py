"""How kernels are compiled: one decorator, one rule for the cache.

A kernel is a plain Python function over numpy arrays that numba compiles on first use: `nogil`, no fast-math (results
must be the same bytes on every machine), wrap-around indexing never relied upon.

The machine code is cached beside the source, in `__pycache__/kernels-<digest of the room's sources>`: numba by itself
looks only at the file of the kernel, and would go on using machine code into which an older version of a neighbouring
file was inlined. Where an install is read-only the cache goes to the user's cache directory, and where that cannot be
written either, the kernel is compiled anew in each process and still works.

`MANYO_BOUNDSCHECK=1` compiles every kernel with bounds checking on (slow; into a cache of its own), for fuzzing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

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
    config: Any = numba.config
    before = config.CACHE_DIR
    # The place is asked for when the decorator runs, so the setting is ours for that moment only.
    config.CACHE_DIR = _cache_folder(Path(function.__code__.co_filename).parent)
    try:
        return cast(F, numba.njit(function, cache=True, **options))
    except (RuntimeError, OSError):  # no place for a cache can be written
        return cast(F, numba.njit(function, cache=False, **options))
    finally:
        config.CACHE_DIR = before


@cache
def _cache_folder(room: Path) -> str:
    """The folder for the machine code of one room, the first of two places that can be written."""
    digest = blake2b(f"{numba.__version__} {CHECKED}".encode(), digest_size=8)
    for source in sorted(room.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "manyo"
    for place in (room / "__pycache__", user / room.name):
        folder = place / f"kernels-{digest.hexdigest()}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return str(folder)
    return ""


def is_warm(package: Path) -> bool:
    """Whether every room of the package with kernels has machine code in its cache, for these very sources."""
    rooms = {source.parent for source in package.rglob("*.py") if b"\n@kernel\n" in source.read_bytes()}
    return all(any(Path(folder).rglob("*.nbi")) for folder in map(_cache_folder, sorted(rooms)) if folder)


@inlined
def wide(value: Any) -> int:
    """A byte or another small integer as a signed 64-bit one.

    Inside a kernel an unsigned operand meets a signed one as a float: `wide(data[at]) - 0x30` stays an integer.
    """
    return int(np.int64(value))
