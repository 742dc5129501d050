"""Reads the hand-written texts of `pages/` and the little markup they are written in.

A file holds pages separated by a line `====`: header lines (`site:`, `title:`, `date:`), an empty line, then one line a paragraph.
The markup: `## heading`, `- item`, `| cell | cell |`, `Q: ` and `A: `, a fence of three backquotes around code, `{base|reading}` for ruby,
and `[[kind:value]]` around a piece of invented personal information, so that a test can look for it in a release.

A `pool-*.txt` file composes nine pages of four paragraphs out of twelve: four places of three choices each, taken along the rows of an
orthogonal array OA(9, 4, 3, 2), so that any two pages share exactly one paragraph.
"""

from __future__ import annotations

import datetime
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parent / "pages"
RUBY = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
PERSONAL = re.compile(r"\[\[(\w+):([^\]]+)\]\]")
FENCE = "```"
_PREFIX = re.compile(r"^(?:## |- |[QA]: )")


@dataclass(frozen=True)
class Text:
    """One page as it was written: which site it belongs to, and its lines with their markup."""

    site: str
    title: str
    date: datetime.date
    lines: tuple[str, ...]

    def plain(self) -> str:
        """The main text a reader should get: markup gone, base of the ruby kept, cells of a table apart by a space."""
        kept, code = [], False
        for line in self.lines:
            if line == FENCE:
                code = not code
            elif line or code:
                kept.append(line if code else plain_line(line))
        return "\n".join(kept)

    def personal(self) -> list[dict[str, str]]:
        return [{"type": kind, "value": value} for line in self.lines for kind, value in PERSONAL.findall(line)]


def plain_line(line: str) -> str:
    if line.startswith("|"):
        line = " ".join(cell.strip() for cell in line.strip("|").split("|"))
    return PERSONAL.sub(r"\2", RUBY.sub(r"\1", _PREFIX.sub("", line)))


def read_texts(name: str) -> list[Text]:
    """The pages of pages/NAME.txt, in the order of the file."""
    texts = []
    for part in (PAGES / f"{name}.txt").read_text(encoding="utf-8").split("\n====\n"):
        head, _, body = part.strip("\n").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.split("\n"))
        texts.append(Text(fields["site"], fields["title"], datetime.date.fromisoformat(fields["date"]), _lines(body)))
    return texts


def compose_pool(name: str) -> list[Text]:
    """Nine pages out of the twelve paragraphs of pages/NAME.txt, a week apart."""
    head, _, body = (PAGES / f"{name}.txt").read_text(encoding="utf-8").strip("\n").partition("\n\n")
    fields = [line.split(": ", 1) for line in head.split("\n")]
    titles = [value for key, value in fields if key == "title"]
    single = {key: value for key, value in fields if key != "title"}
    places = [[_lines(choice) for choice in place.split("\n--\n")] for place in body.split("\n==\n")]
    if len(titles) != 9 or [len(place) for place in places] != [3, 3, 3, 3]:
        raise ValueError(f"pages/{name}.txt must have nine titles and four places of three paragraphs")
    first = datetime.date.fromisoformat(single["date"])
    texts = []
    for row, title in enumerate(titles):
        a, b = divmod(row, 3)
        choice = (a, b, (a + b) % 3, (a + 2 * b) % 3)
        lines = tuple(line for place, pick in zip(places, choice, strict=True) for line in place[pick])
        texts.append(Text(single["site"], title, first + datetime.timedelta(weeks=row), lines))
    return texts


def pool_names() -> list[str]:
    return sorted(path.stem for path in PAGES.glob("pool-*.txt"))


def single_names() -> list[str]:
    """The files of whole pages; personal and foreign pages are read by name."""
    apart = {"personal", "foreign", "junk", "reprints"}
    return sorted(p.stem for p in PAGES.glob("*.txt") if p.stem not in apart and not p.stem.startswith("pool-"))


@dataclass(frozen=True)
class Foreign:
    """One short page in another language."""

    language: str
    lang: str
    charset: str
    paragraphs: tuple[str, ...]


def read_foreign() -> list[Foreign]:
    """The pages of pages/foreign.txt: each takes three paragraphs of its language, no two in the same order."""
    pages: list[Foreign] = []
    groups: list[tuple[list[str], list[str]]] = []
    for line in (PAGES / "foreign.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            groups.append((line[2:].split(), []))
        elif line and not line.startswith("#"):
            groups[-1][1].append(line)
    for (language, lang, charset, count), pool in groups:
        orders = list(itertools.permutations(pool, min(3, len(pool))))
        stride = max(1, len(orders) // int(count))
        pages += [Foreign(language, lang, charset, orders[n * stride % len(orders)]) for n in range(int(count))]
    return pages


def _lines(body: str) -> tuple[str, ...]:
    return tuple(body.strip("\n").split("\n"))
