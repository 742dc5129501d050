"""How far a text can be compressed: what repeats itself is far below prose, what is random above it.

- `zlib_ratio`: bytes of `zlib.compress(text, 9)` over bytes of UTF-8, for which LLM-jp's program asks. A text of at most
  2,048 bytes is compressed so. zlib takes 30 ns a byte, more than all other measures together; a longer one is
  compressed by Intel's ISA-L at level 1 (3.8 ns), and the ratio is estimated from that,

      0.9918 x + 0.0638 - 0.011 ln(bytes), at most 131,072 bytes taken.

  On 329 real texts (pages, laws, novels) half of which gave the formula, the error has a standard deviation of 0.0055
  and is 0.02 at most. ISA-L chooses its instructions by the processor, so that another kind of machine may
  give another fourth digit.
- `lz4_ratio`: bytes of an LZ4 block, made by `LZ4_compress_default` of the first 1,048,576 bytes, over those bytes.
  uzushio (WorksApplications, `CompressionRate.scala`) does this with a text's paragraphs joined without line feeds.

Both can be more than 1 where a text is short. An empty text has 0.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from isal import isal_zlib

from manyo.columns import Column
from manyo.measure.ratio import share

EXACT: Final = 2048  # bytes of a text that zlib itself compresses
LEVELS_OUT: Final = 131_072  # bytes beyond which a text's length says no more: zlib looks back 32,768
SLOPE, START, FALL = 0.9918, 0.0638, 0.011
LONGEST: Final = 1 << 20  # bytes that LZ4 is given


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/compression.py` names."""
    yield "zlib_ratio", zlib_ratio(column)
    yield "lz4_ratio", lz4_ratio(column)


def zlib_ratio(column: Column) -> npt.NDArray[np.float32]:
    """Bytes after zlib at level 9 over bytes, estimated for texts of more than `EXACT` bytes: shape `(rows,)`."""
    sizes, view = column.lengths, column.data.data
    packed = np.zeros(column.rows, np.int64)
    for row, (start, end) in enumerate(zip(column.offsets[:-1].tolist(), column.offsets[1:].tolist(), strict=True)):
        text = view[start:end]
        packed[row] = len(zlib.compress(text, 9) if end - start <= EXACT else isal_zlib.compress(text, 1))
    ratios = packed / np.maximum(sizes, 1)
    estimates = SLOPE * ratios + START - FALL * np.log(np.clip(sizes, 1, LEVELS_OUT))
    exact = np.where(sizes > 0, ratios, 0)
    return np.where(sizes <= EXACT, exact, np.maximum(estimates, 0)).astype(np.float32)


def lz4_ratio(column: Column) -> npt.NDArray[np.float32]:
    """Bytes of an LZ4 block over bytes, of the first `LONGEST` bytes: shape `(rows,)`."""
    codec, data = pa.Codec("lz4_raw"), pa.py_buffer(column.data)
    packed = np.zeros(column.rows, np.int64)
    for row, (start, size) in enumerate(zip(column.offsets[:-1].tolist(), column.lengths.tolist(), strict=True)):
        if size:
            packed[row] = codec.compress(data.slice(start, min(size, LONGEST))).size
    return share(packed, np.minimum(column.lengths, LONGEST))
