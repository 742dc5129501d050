"""Japanese legacy encodings as Windows and the web use them: JIS X 0208 with NEC's row 13, half-width kana, and the Windows mapping of ～.

Python's own `euc_jp` and `iso2022_jp` know neither ① nor ～ (U+FF5E), so both are derived from cp932 here: a double-byte code of the first 94
rows is the same row and cell in all three.
"""

from __future__ import annotations

_ASCII, _DOUBLE = b"\x1b(B", b"\x1b$B"


def encode(text: str, charset: str) -> bytes:
    """`text` in `charset`; raises UnicodeEncodeError or ValueError rather than lose a character."""
    if charset == "euc-jp":
        return b"".join(_euc(char) for char in text)
    if charset == "iso-2022-jp":
        return _iso_2022_jp(text)
    if charset == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(charset)


def _euc(char: str) -> bytes:
    code = char.encode("cp932")
    if len(code) == 1:
        return code if code < b"\x80" else b"\x8e" + code
    row, cell = _row_cell(code, char)
    return bytes((row + 0xA0, cell + 0xA0))


def _iso_2022_jp(text: str) -> bytes:
    out, double = [], False
    for char in text:
        code = char.encode("cp932")
        if (len(code) == 2) != double:
            double = not double
            out.append(_DOUBLE if double else _ASCII)
        if double:
            row, cell = _row_cell(code, char)
            code = bytes((row + 0x20, cell + 0x20))
        elif code > b"\x7f":
            raise ValueError(f"half-width kana {char!r} has no place in ISO-2022-JP")
        out.append(code)
    return b"".join(out) + (_ASCII if double else b"")


def _row_cell(code: bytes, char: str) -> tuple[int, int]:
    """Shift_JIS to row and cell, both from 1 (JIS X 0208:1997, appendix 1)."""
    lead, trail = code
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 1
    if trail >= 0x9F:
        row, cell = row + 1, trail - 0x9E
    else:
        cell = trail - (0x3F if trail < 0x7F else 0x40)
    if row > 94:
        raise ValueError(f"{char!r} is outside JIS X 0208 and cannot be written in EUC-JP or ISO-2022-JP")
    return row, cell
