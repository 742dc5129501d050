"""The edits by name: what they do, whose they are. All that other rooms need to know of them; it computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. `repeatable`: doing it twice is doing it once."""

    name: str
    japanese: str
    english: str
    source: str
    repeatable: bool = True


_SWALLOW: Final = "swallow-corpus (Okazaki et al. 2024)"
_LLM_JP: Final = "llm-jp-corpus, scripts/filters.py, extract_japanese_text"

EDITS: Final[Mapping[str, Edit]] = MappingProxyType(
    {
        edit.name: edit
        for edit in (
            Edit(
                "japanese_punctuation",
                "全角の，．を使う文章の句読点を、。にそろえる",
                "write 、。 where a text is punctuated with ，．",
                f"{_SWALLOW}, kutoten.py",
            ),
            Edit(
                "cut_footer",
                "末尾10行のうち、定型句が3割を超える最初の行から後ろを切り捨てる",
                "cut a text at the first of its last ten lines of which more than 0.3 is footer phrases",
                f"{_SWALLOW}, footer.py; the phrases are ours: edit/footer.txt",
                repeatable=False,
            ),
            Edit(
                "drop_repeated_passages",
                "同じ文書の中で前に現れた100文字以上の箇所を除く",
                "drop passages of 100 characters or more that stood in the same text before",
                "ours, after Lee et al. (2022), who drop passages of 50 tokens between documents",
                repeatable=False,
            ),
            Edit(
                "drop_lines_without_kana",
                "仮名のない行を除く",
                "drop lines without hiragana or katakana",
                _LLM_JP,
            ),
            Edit("strip_urls", "URLを除く", "strip URLs", _LLM_JP),
            Edit(
                "strip_ascii_runs",
                "100文字以上続くASCII文字列を除く",
                "strip runs of 100 or more ASCII characters within a line",
                _LLM_JP,
            ),
            Edit("join_lines", "改行を除いて1行につなぐ", "join all lines into one", _LLM_JP),
            Edit(
                "keep_finished_lines",
                "文末の記号で終わる行だけを残し、　・区のいずれかが10個を超える行を除く",
                "keep the lines that end in one of ！？!?。．…, but none with more than ten of 　, ・ or 区",
                "llm-jp-corpus-tools, mc4.ja.basic_cleaner.py",
            ),
        )
    }
)
