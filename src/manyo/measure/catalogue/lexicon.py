"""What `measure/lexicon.py` finds: words of lists, ours and a user's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from manyo.measure.catalogue.entry import Measure, count, mean, share


def of_list(name: str, japanese: str = "", english: str = "") -> Iterator[Measure]:
    """The four measures of a list."""
    japanese, english = japanese or f"「{name}」の", english or f"{name}"
    yield count(f"{name}_hits", f"{japanese}語の数", f"{english} words", f"matches of the list {name}")
    yield count(
        f"{name}_words",
        f"{japanese}語の種類数",
        f"distinct {english} words",
        f"different words of the list {name} that the text holds",
    )
    yield mean(
        f"{name}_density",
        f"{japanese}語の密度",
        f"density of {english} words",
        f"matches of the list {name} per 1,000 characters",
        "per 1,000 characters",
    )
    yield share(
        f"{name}_share",
        f"{japanese}語の割合",
        f"share of {english} words",
        f"characters in matches of the list {name} / characters",
    )


MEASURES: Final = (
    *of_list("adult", "アダルト", "adult"),
    *of_list("discrimination", "差別", "discrimination"),
    *of_list("violence", "暴力", "violence"),
    *of_list("advertising", "広告", "advertising"),
    *of_list("gambling", "賭博", "gambling"),
    share(
        "boilerplate_share",
        "定型句の割合",
        "boilerplate phrases",
        "characters in phrases of the list boilerplate / characters",
    ),
    share(
        "footer_line_share",
        "末尾の行に占める定型句の行の割合",
        "footer lines",
        "characters in those of the last 10 lines that phrases of the list boilerplate cover by more than 0.3 / "
        "characters of the last 10 lines, white space aside",
    ),
    share(
        "machine_generated_suspicion",
        "機械生成の疑い",
        "suspected machine-generated text",
        "phrases of the list machine_generated per 1,000 characters, at least 400 taken, / 5, at most 1; a suspicion",
        "score",
    ),
    share(
        "machine_translation_suspicion",
        "機械翻訳の疑い",
        "suspected machine translation",
        "phrases of the list machine_translation per 1,000 characters, at least 400 taken, / 10, at most 1; a suspicion",
        "score",
    ),
    count(
        "bbs_marks",
        "掲示板・コメント欄の語の数",
        "marks of boards and comments",
        "matches of the list bbs (コメント, 投稿, (月), 名無しさん, >>1, ...), dates, and numbers of episodes",
    ),
)
