"""Labelled Japanese web pages, made up: to train and to try the choice of the main text on the shapes that sites have.

A *site* draws its theme once: era, layout, names of parts, order, what it shows around a text. Its *pages* draw their
content. What is learned from them is structure; the sentences are composed of templates and words and mean little.

The truth of a page is what a selector on the element of the content would give: the text with its headings, lists,
tables, captions and code; not the headline, date and author over an article, nor tables of contents, shares, related
articles or comments under it. On pages of companies, towns, wikis and manuals the headline stands in the content and
belongs to it. Questions and answers, posts of a board and entries of a diary are the text of theirs. Of a shop's page the
name of the product, its description and its data are; prices, carts, rankings and reviews are not. Archives of
articles, results of a search, menus of links, log-ins, walls and errors have no main text: their truth is empty.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from . import blogs, boards, institutions, news, old_pages, shops, teasers, wikis
from .markup import Theme
from .shell import dress

KINDS = {
    kind: row
    for room in (blogs, news, boards, shops, institutions, old_pages, wikis, teasers)
    for kind, row in room.KINDS.items()
}
EMPTY = frozenset(teasers.KINDS)
"""The kinds of page that have no main text."""


@dataclass(frozen=True)
class Made:
    """A page as it is sent, its main text, and what it is."""

    html: bytes
    truth: str
    site: str
    kind: str
    encoding: str


def generate(pages: int, seed: int) -> Iterator[Made]:
    """`pages` pages of about a sixth as many sites; the same seed gives the same bytes.

    The first sites take the kinds in turn, so that a small set has them all; those after them come as often as on the web.
    """
    rng = random.Random(f"japanese pages {seed}")
    names, weights = list(KINDS), [weight for weight, _, _ in KINDS.values()]
    made = number = 0
    while made < pages:
        kind = names[number] if number < len(names) else rng.choices(names, weights)[0]
        _, write, eras = KINDS[kind]
        theme = Theme(f"{seed}/{number}", eras)
        for page in range(min(pages - made, rng.randint(1, 3 if number < len(names) else 9))):
            draw = random.Random(f"{seed}/{number}/{page}")
            content = write(theme, draw)
            html, encoding = dress(theme, draw, content)
            yield Made(html, content.main.text, f"{kind}-{seed}-{number}", kind, encoding)
            made += 1
        number += 1
