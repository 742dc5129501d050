"""The end of a text: how much of its last lines is the furniture of pages.

Of the last ten lines that are not blank, a *footer line* is one of whose characters more than 0.3 lie in phrases of the
list boilerplate. The measure is the characters of footer lines / the characters of these ten, white space aside: on
both sides, so that `All Rights Reserved` counts seventeen.

Source: Swallow (Okazaki et al. 2024) cuts a text off at the first of its last ten lines that has so much of its own list.
Ours looks at all ten, since menus and share buttons stand between.

The functions are called by the kernel of `lexicon.py`, which knows where the phrases are. What they know of the lines
is one `int64` array: their number, then start, characters, and characters in phrases of each, the last line first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing
from manyo.measure.alphabet import BLANK, decode, entry

LINES: Final = 10
ROOM: Final = 1 + 3 * LINES


@borrowing
def find(data: ByteArray, start: int, end: int, entries: npt.NDArray[np.uint16], lines: IntArray) -> None:
    """Note the last lines of the text between `start` and `end` in `lines`."""
    found = 0
    while end > start and found < LINES:
        position = end
        while position > start and data[position - 1] != 0x0A:
            position -= 1
        first, characters = position, 0
        while position < end:
            decoded = decode(data, position, end)
            characters += entry(decoded >> 3, entries) & BLANK == 0
            position += decoded & 7
        if characters:
            lines[3 * found + 1], lines[3 * found + 2], lines[3 * found + 3] = first, characters, 0
            found += 1
        end = first - 1
    lines[0] = found


@borrowing
def credit(lines: IntArray, begin: int, characters: int) -> None:
    """A phrase of so many characters begins at `begin`."""
    for line in range(lines[0]):
        if begin >= lines[3 * line + 1]:
            lines[3 * line + 3] += characters
            return


@borrowing
def settle(lines: IntArray, counts: IntArray, row: int) -> None:
    """Write the characters of the footer lines and of all of them, at `2 * row`."""
    for line in range(lines[0]):
        characters, covered = lines[3 * line + 2], lines[3 * line + 3]
        counts[2 * row] += characters if 10 * covered > 3 * characters else 0
        counts[2 * row + 1] += characters
