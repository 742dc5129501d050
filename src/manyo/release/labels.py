"""What people read for the names that machines use, in Japanese and English.

Reasons and kinds that other rooms may add later have no entry here until someone writes one: then the bare name is
shown, which is no failure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from manyo.release.rows import Measure


@dataclass(frozen=True, slots=True)
class Label:
    """One name in both languages; also a `rows.Measure`."""

    name: str
    japanese: str
    english: str

    def text(self, lang: str) -> str:
        return self.japanese if lang == "ja" else self.english


# Why a record of the input is no document.
SKIPPED: Final = {
    "warcinfo": ("WARC の説明記録", "warcinfo record"),
    "request": ("要求の記録", "request record"),
    "metadata": ("メタデータの記録", "metadata record"),
    "revisit": ("再訪の記録(本文なし)", "revisit record, no body"),
    "continuation": ("分割された記録の続き", "continuation record"),
    "other_type": ("その他の種類の記録", "record of another type"),
    "redirect": ("転送の応答", "HTTP redirect"),
    "not_200": ("成功でない HTTP 応答", "HTTP status other than 200"),
    "not_http": ("HTTP でない応答", "response that is not HTTP"),
}

# Why a document never became a candidate.
REFUSED_EARLY: Final = {
    "not_japanese": ("日本語ではない", "not Japanese"),
    "not_text": ("HTML でもテキストでもない", "neither HTML nor text"),
    "empty_body": ("本文が空", "empty body"),
    "too_large": ("大きすぎる", "too large"),
    "bad_http": ("HTTP の形をなさない", "not in the form of HTTP"),
    "bad_content_encoding": ("圧縮を解けない", "content encoding cannot be undone"),
    "bad_warc_header": ("WARC ヘッダーが壊れている", "broken WARC header"),
    "damaged": ("壊れている", "damaged"),
    "bad_json": ("JSON として読めない行", "line that is not JSON"),
    "not_object": ("オブジェクトでない JSON の行", "line of JSON that is no object"),
    "no_column": ("本文の列がない", "no column with text"),
    "quarantined": ("処理を止めるため隔離", "set aside: it stops the process"),
}

KINDS: Final = {
    "email": ("メールアドレス", "e-mail address"),
    "phone": ("電話番号", "phone number"),
    "card": ("クレジットカード番号", "card number"),
    "my_number": ("マイナンバー(個人番号)", "My Number"),
    "postal_address": ("郵便番号と住所", "postal address"),
}

EVIDENCE: Final = {
    "bom": ("先頭の BOM", "byte order mark"),
    "escape": ("ISO-2022-JP のエスケープ列", "ISO-2022-JP escapes"),
    "header": ("HTTP ヘッダー", "HTTP header"),
    "meta": ("HTML の meta 要素", "HTML meta element"),
    "bytes": ("バイト列そのもの", "the bytes themselves"),
    "": ("記録なし", "not recorded"),
}

VERDICTS: Final = {
    "kept": ("採用", "kept"),
    "refused": ("不採用", "refused"),
    "duplicate": ("重複", "duplicate"),
}

# What is taken out of texts before they are measured, and is no edit of the recipe's rules.
REMOVED: Final = {
    "repeated_per_host": ("同じサイトで繰り返される行", "lines repeated on one host"),
    "repeated_overall": ("全体で繰り返される行", "lines repeated overall"),
}

DUPLICATES: Final = {
    "exact": ("完全に同じ文章", "the very same text"),
    "near": ("ほぼ同じ文章", "nearly the same text"),
    "url": ("同じURLの別の取得", "another capture of the same address"),
    "": ("重複なし", "no duplicate"),
}


def label(table: Mapping[str, tuple[str, str]], name: str) -> Label:
    """The entry for `name`, or the bare name in both languages.

    >>> label(SKIPPED, "revisit").japanese, label(SKIPPED, "eclipse").japanese
    ('再訪の記録(本文なし)', 'eclipse')
    """
    japanese, english = table.get(name) or table.get(name.replace("-", "_").replace(" ", "_")) or (name, name)
    return Label(name, japanese, english)


def measure_labels(measures: Iterable[Measure]) -> dict[str, Label]:
    return {each.name: Label(each.name, each.japanese or each.name, each.english or each.name) for each in measures}


def plain(text: str) -> str:
    """Text without what upsets a page or a terminal: control characters, marks that turn the reading direction.

    >>> plain("合\\x00成\\u202e文\\n書")
    '合成文\\n書'
    """
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or not (unicodedata.category(letter) == "Cc" or letter in "\u202a\u202b\u202c\u202d\u202e")
    )


def bounds(rule: Mapping[str, Any]) -> str:
    """What a rule asks for, as people write it.

    >>> bounds({"min": 0.2, "max": 0.5}), bounds({"min": 400}), bounds({"max": 1_000_000})
    ('0.2–0.5', '≥ 400', '≤ 1,000,000')
    >>> bounds({"hosts_refused": ["5ch.net", "wikipedia.org"]}), bounds({"hosts_allowed_file": "hosts.txt"})
    ('∉ 5ch.net, wikipedia.org', '∈ hosts.txt')
    """
    for key, sign in (("hosts_refused", "∉"), ("hosts_allowed", "∈")):
        if names := rule.get(key) or rule.get(f"{key}_file"):
            listed = [names] if isinstance(names, str) else list(names)
            return f"{sign} {plain(', '.join(listed[:3]))}{', …' if len(listed) > 3 else ''}"
    low, high = rule.get("min"), rule.get("max")
    if low is not None and high is not None:
        return f"{number(low)}–{number(high)}"
    if low is not None:
        return f"≥ {number(low)}"
    return f"≤ {number(high)}" if high is not None else ""


def number(value: Any) -> str:
    """A number for people: thousands set apart, four significant digits where it is not whole.

    >>> number(1234567), number(0.123456), number(400.0), number(None), number("www.example.jp")
    ('1,234,567', '0.1235', '400', '—', 'www.example.jp')
    """
    if isinstance(value, str):  # the host that a rule about hosts looked at
        return plain(value)
    if value is None:
        return "—"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return f"{int(value):,}"


def share(part: int, whole: int) -> str:
    """A share in percent; "—" of nothing. What is not nothing never reads 0 %, what is not all never 100 %.

    >>> share(1, 3), share(1, 100_000), share(99_999, 100_000), share(0, 0)
    ('33.3 %', '< 0.1 %', '> 99.9 %', '—')
    """
    if not whole:
        return "—"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %" if part not in (0, whole) else f"{percent:.0f} %"


def size(count: int) -> str:
    """Bytes for people, in binary units.

    >>> size(999), size(5_500_000)
    ('999 B', '5.2 MiB')
    """
    value, units = float(count), iter(("KiB", "MiB", "GiB", "TiB"))
    if value < 1024:
        return f"{count} B"
    unit = "B"
    while value >= 1024 and (larger := next(units, None)):
        value, unit = value / 1024, larger
    return f"{value:.1f} {unit}"
