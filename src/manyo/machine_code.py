"""Where the machine code of kernels is kept, and whether it is there. Knows nothing of numba, so asking is cheap."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Final

BUILDING: Final = ("dedupe", "edit", "measure", "protect", "read")  # rooms that `stages.warming` compiles
CHECKED: Final = os.environ.get("MANYO_BOUNDSCHECK") == "1"


@cache
def cache_folder(room: Path) -> str:
    """The folder for the machine code of one room, the first of two places that can be written."""
    digest = blake2b(f"{version('numba')} {CHECKED}".encode(), digest_size=8)
    shared = Path(__file__).with_name("kernels.py")
    for source in (shared, *sorted(room.glob("*.py"))):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    places = [room / "__pycache__"]
    with suppress(RuntimeError):  # an account without a home, as containers have
        places.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "manyo" / room.name)
    for place in places:
        folder = place / f"kernels-{digest.hexdigest()}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return str(folder)
    return ""


def is_warm(package: Path) -> bool:
    """Whether every room whose kernels each build runs has machine code in its cache, for these very sources."""
    return all(
        any(Path(folder).rglob("*.nbi")) for folder in (cache_folder(package / room) for room in BUILDING) if folder
    )
