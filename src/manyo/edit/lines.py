"""Edits that keep or drop whole lines, and the one that joins them.

A line is what stands between two line feeds, an empty one too, as `text.split("\\n")` has it; the lines that are kept
are joined by a line feed each, so none is left at either end of the text.

`drop_lines_without_kana` is the first step of LLM-jp's `extract_japanese_text`: menus of nouns go, and so do English
quotations, code, and lines of a table that are all kanji or figures. Kana is what `utf8.kana` says: Unicode's scripts
Hiragana and Katakana, and ー.

`keep_finished_lines` is LLM-jp's cleaner of mC4. White space at the ends of a line goes; the line stays if it ends in
one of ！？!?。．… and holds at most ten each of the ideographic space, ・ and 区. Headings, bullets, verse and tables
all go. The original then leaves out a text of which not more than half of the lines that are not empty is left: a rule
on the measure `edited_share` says as much by characters. It also has lists of words, which are not published.

`join_lines` deletes the line feeds, the last step of `extract_japanese_text`: what is left has no paragraphs any more,
and a heading runs into the sentence below it.
"""

from __future__ import annotations

from typing import Any, Final

from manyo.edit.utf8 import kana, line_end, space, three
from manyo.kernels import inlined, kernel, wide

MOST_REPEATED: Final = 10  # of 　, ・ or 区 in a line


@kernel
def drop_lines_without_kana(data: Any, offsets: Any, keep: Any) -> None:
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        last_kept = -1  # where the last line that was kept ends
        while at <= end:
            stop = line_end(data, at, end)
            found = False
            for place in range(at, stop):
                if kana(data, place, stop):
                    found = True
                    break
            last_kept = _settle(at, stop, at, stop, found, last_kept, end, keep)
            at = stop + 1
        _close(last_kept, end, keep)


@kernel
def keep_finished_lines(data: Any, offsets: Any, keep: Any) -> None:
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        last_kept = -1
        while at <= end:
            stop = line_end(data, at, end)
            first = at
            while first < stop and space(data, first, stop):
                first += space(data, first, stop)
            last = _before_spaces(data, first, stop)
            finished = _is_finished(data, first, last) and not _is_repetitive(data, first, last)
            last_kept = _settle(at, stop, first, last, finished, last_kept, end, keep)
            at = stop + 1
        _close(last_kept, end, keep)


@kernel
def join_lines(data: Any, offsets: Any, keep: Any) -> None:
    for at in range(offsets[0], offsets[-1]):
        if data[at] == 0x0A:
            keep[at] = False


@inlined
def _settle(at: int, stop: int, first: int, last: int, kept: bool, last_kept: int, end: int, keep: Any) -> int:
    """Keep of the line [at, stop) what lies in [first, last), with its line feed; or nothing of it."""
    if not kept:
        first = last = stop
    keep[at:first] = False
    keep[last:stop] = False
    if stop < end and not kept:
        keep[stop] = False
    return stop if kept else last_kept


@inlined
def _close(last_kept: int, end: int, keep: Any) -> None:
    """No line follows the last one that was kept: nor does a line feed."""
    if 0 <= last_kept < end:
        keep[last_kept] = False


@inlined
def _before_spaces(data: Any, first: int, stop: int) -> int:
    """Where the white space begins in which a line ends. White space takes at most three bytes."""
    last = stop
    while last > first:
        moved = False
        for size in range(1, 4):
            if last - size >= first and space(data, last - size, last) == size:
                last -= size
                moved = True
                break
        if not moved:
            break
    return last


@inlined
def _is_finished(data: Any, first: int, last: int) -> bool:
    if last == first:
        return False
    if data[last - 1] == 0x21 or data[last - 1] == 0x3F:  # ! ?
        return True
    code = three(data, last - 3, last) if last - 3 >= first else 0
    return code in (0xEFBC81, 0xEFBC9F, 0xE38082, 0xEFBC8E, 0xE280A6)  # ！ ？ 。 ． …


@inlined
def _is_repetitive(data: Any, first: int, last: int) -> bool:
    spaces = dots = wards = 0
    for at in range(first, last):
        if wide(data[at]) >= 0xE3:
            code = three(data, at, last)
            spaces += code == 0xE38080  # the ideographic space
            dots += code == 0xE383BB  # ・
            wards += code == 0xE58CBA  # 区
    return max(spaces, dots, wards) > MOST_REPEATED
