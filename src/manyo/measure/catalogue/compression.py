"""What `measure/compression.py` finds."""

from __future__ import annotations

from typing import Final

from manyo.measure.catalogue.entry import mean

MEASURES: Final = (
    mean("zlib_ratio", "圧縮率（zlib）", "compression ratio (zlib)", "bytes after zlib at level 9 / bytes", "ratio"),
    mean(
        "lz4_ratio",
        "圧縮率（LZ4）",
        "compression ratio (LZ4)",
        "bytes of an LZ4 block / bytes, of the first 1,048,576 bytes",
        "ratio",
    ),
)
