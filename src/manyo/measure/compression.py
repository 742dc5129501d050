"""How far a text can be compressed: what repeats itself is far below prose, what is random above it.

- `zlib_ratio`: bytes of `zlib.compress(text, 9)` over bytes of UTF-8. LLM-jp's program asks for 0.30 to 0.70.
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

from manyo.columns import Column
from manyo.measure.ratio import share

LONGEST: Final = 1 << 20  # bytes that LZ4 is given


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/compression.py` names."""
    texts = [column.row(index) for index in range(column.rows)]
    codec = pa.Codec("lz4_raw")
    deflated = np.array([len(zlib.compress(text, 9)) if text else 0 for text in texts], np.int64)
    packed = np.array([len(codec.compress(text[:LONGEST], asbytes=True)) if text else 0 for text in texts], np.int64)
    yield "zlib_ratio", share(deflated, column.lengths)
    yield "lz4_ratio", share(packed, np.minimum(column.lengths, LONGEST))
