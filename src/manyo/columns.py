"""Arrow's string and binary arrays as the kernels see them: one `uint8` buffer and `int64` offsets.

Every kernel in Manyo takes `(data, offsets)` and loops over rows by itself, so that no Python object is made per
document. This file is the only bridge: `Column.of(array)` looks into an Arrow array without copying (an array with
32-bit offsets has its offsets widened, never its data), and `Column.text()` / `Column.binary()` hand a kernel's output
back to Arrow, again without copying.

>>> column = Column.of(pa.array(["いろは", "", "にほ"]))
>>> column.offsets.tolist(), column.rows
([0, 9, 9, 15], 3)
>>> column.text().to_pylist()
['いろは', '', 'にほ']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

ByteArray: TypeAlias = npt.NDArray[np.uint8]
IntArray: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Column:
    """Rows of bytes: row `i` is `data[offsets[i]:offsets[i + 1]]`.

    `data` is a C-contiguous `uint8` array, `offsets` a C-contiguous `int64` array of `rows + 1` non-decreasing
    values. `offsets[0]` need not be 0 (a slice of a larger array shares its data). A null reads as an empty row.
    """

    data: ByteArray
    offsets: IntArray

    def __post_init__(self) -> None:
        # Arrow's buffers are read-only and numba compiles a kernel anew for each mutability: so all columns are.
        for name in ("data", "offsets"):
            array = getattr(self, name)
            if array.flags.writeable:
                array = array.view()
                array.flags.writeable = False
                object.__setattr__(self, name, array)

    @property
    def rows(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> IntArray:
        """Bytes in each row, shape `(rows,)`."""
        return np.diff(self.offsets)

    @classmethod
    def of(cls, array: Any) -> Column:
        """Look into an Arrow (large_)string or (large_)binary array or chunked array, or a sequence of str or bytes.

        In a `str`, a lone surrogate becomes U+FFFD; None is an empty row, as in Arrow.
        """
        if isinstance(array, Column):
            return array
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
        if isinstance(array, pa.ChunkedArray):  # combine_chunks may still return a chunked array
            array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
        if not isinstance(array, pa.Array):
            return cls.join([_bytes(item) for item in array])
        kind = array.type
        if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
            width: np.dtype[Any] = np.dtype(np.int64)
        elif pa.types.is_string(kind) or pa.types.is_binary(kind):
            width = np.dtype(np.int32)
        else:
            raise TypeError(f"a column of text or bytes is needed, not {kind}")
        _, offset_buffer, data_buffer = array.buffers()
        if offset_buffer is None or len(array) == 0:
            return cls(np.zeros(0, np.uint8), np.zeros(len(array) + 1, np.int64))
        offsets = np.frombuffer(offset_buffer, width)[array.offset : array.offset + len(array) + 1]
        data = np.zeros(0, np.uint8) if data_buffer is None else np.frombuffer(data_buffer, np.uint8)
        return cls(data, np.ascontiguousarray(offsets, np.int64))

    @classmethod
    def join(cls, rows: Sequence[bytes]) -> Column:
        """One column from Python bytes: a single copy."""
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, rows), np.int64, len(rows)), out=offsets[1:])
        return cls(np.frombuffer(b"".join(rows), np.uint8), offsets)

    def row(self, index: int) -> bytes:
        """The bytes of one row, copied out: for single documents and tests, not for hot loops."""
        return self.data[self.offsets[index] : self.offsets[index + 1]].tobytes()

    def text(self) -> pa.Array:
        """As an Arrow `large_string` array that shares the buffers. The bytes must be valid UTF-8: not checked."""
        return pa.LargeStringArray.from_buffers(
            self.rows, pa.py_buffer(np.ascontiguousarray(self.offsets)), pa.py_buffer(self.data)
        )

    def binary(self) -> pa.Array:
        """As an Arrow `large_binary` array that shares the buffers."""
        buffers = [None, pa.py_buffer(np.ascontiguousarray(self.offsets)), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.large_binary(), self.rows, buffers)


def _bytes(item: str | bytes | None) -> bytes:
    if not isinstance(item, str):
        return item or b""
    try:
        return item.encode()
    except UnicodeEncodeError:  # surrogates, which UTF-8 cannot say
        return re.sub("[\ud800-\udfff]", "\ufffd", item).encode()
