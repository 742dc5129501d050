"""Markup that knows its truth, and the theme of a site: its tags, its names for parts, its habits.

A `Piece` is HTML beside the main text in it, so that truth is written where the text is and can't drift from it. A
`Theme` answers every question of taste the same way on all pages of a site, whatever order the questions come in.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeVar

from . import words

T = TypeVar("T")

ERAS: Final = ("old", "xhtml", "html5", "modern")
_BLOCKS: Final = words.several(
    "address article aside blockquote center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 header hr li main nav ol p pre section"
    " table tbody td th thead tr ul"
)


class Piece(NamedTuple):
    """HTML, and the lines of it that are main text."""

    html: str
    text: str = ""


def join(pieces: Iterable[Piece], between: str = "") -> Piece:
    kept = list(pieces)
    return Piece(between.join(piece.html for piece in kept), "\n".join(piece.text for piece in kept if piece.text))


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def true(text: str) -> Piece:
    """Text that is main text, and nothing around it."""
    return Piece(escape(text), text)


def element(tag: str, content: Piece | str, attributes: str = "") -> Piece:
    """An element around HTML that is no main text, or around a piece that may be."""
    piece = content if isinstance(content, Piece) else Piece(content)
    end = "\n" if tag in _BLOCKS else ""
    return Piece(f"<{tag}{attributes}>{piece.html}</{tag}>{end}", piece.text)


def link(label: str, href: str = "#", attributes: str = "") -> str:
    return f'<a href="{href}"{attributes}>{escape(label)}</a>'


# What sites call their parts, as words that a naming scheme joins.
_NAMES: Final = {
    "page": "page|wrapper|container|wrap|outer|all|site|layout|base",
    "header": "header|site header|head|global header|page header|top area|masthead|hd",
    "nav": "gnav|nav|global nav|menu|navi|main menu|navigation|header nav|global menu",
    "path": "breadcrumb|pankuzu|topic path|breadcrumbs|crumb|bread|path|location",
    "columns": "columns|contents|row|container|inner|main wrap|body wrap|cols",
    "main": "main|content|contents|main column|primary|left column|center|main contents|l main|content area",
    "article": "article|post|entry|single|hentry|item|block|unit|story|page body",
    "title": "entry title|post title|title|article title|ttl|heading|headline|page title|midashi",
    "meta": "post meta|entry info|date|meta|article info|info|posted|byline|entry header sub",
    "body": "entry body|post content|article body|text|entry content|honbun|detail|txt|main text|post body|section|article text|body|content body|wysiwyg|"
    "article main|entry text|read|free area|editor|box inner",
    "section": "section|sec|block|box|part|unit|area|group",
    "caption": "caption|photo caption|wp caption text|cap|image note",
    "share": "share|sns|social|share buttons|sns list|social buttons|bookmark area",
    "related": "related|related posts|relation|kanren|recommend|osusume|other articles|more reading",
    "ranking": "ranking|rank|popular|access ranking|popular posts|best",
    "author": "author box|profile|writer|about author|author info|prof",
    "comments": "comments|comment list|comment area|responses|res",
    "comment": "comment|comment item|res|reply|comment body",
    "side": "sidebar|side|aside|sub|secondary|right column|sub column|l side|menu column",
    "widget": "widget|side box|module|plugin|block|box|parts|section",
    "footer": "footer|foot|site footer|global footer|page footer|ft|bottom",
    "ad": "ad|ads|banner|ad area|sponsored|pr|ad unit|ad rect",
    "pager": "pager|prev next|pagination|page nav|post navigation|paging|prevnext",
    "toc": "toc|toc container|table of contents|mokuji|index|outline",
    "tags": "tags|tag list|post tags|keywords|categories|category",
    "form": "search|search box|form|contact|login|inquiry",
    "tool": "tools|utility|header sub|font size|lang|sub nav",
    "notice": "cookie|popup|modal|notice bar|announce|app banner|overlay",
    "list": "list|article list|news list|archive list|items|cards|entries|topics",
    "card": "card|item|list item|post card|box|entry|col",
    "price": "price|price box|item price|cost",
    "cart": "cart|cart box|buy|order|purchase",
    "review": "review|reviews|user review|voice|rating",
    "survey": "survey|feedback|enquete|helpful|questionnaire",
    "skip": "skip|skip link|visually hidden|screen reader text|jump",
}
_UTILITY: Final = words.several(
    "flex grid mx-auto max-w-3xl px-4 py-8 text-sm text-gray-700 mt-4 mb-8 items-center justify-between w-full relative rounded-lg border bg-white gap-4 md:w-2/3 "
    "leading-relaxed font-bold space-y-4 overflow-hidden shadow block hidden"
)
_TAGS: Final = {  # for HTML5; before it, or where a site doesn't care, all of them are div
    "header": ("header",),
    "nav": ("nav",),
    "main": ("main", "main", "div", "section"),
    "article": ("article", "article", "div", "section"),
    "body": ("div", "div", "section", "article"),
    "section": ("section", "div"),
    "side": ("aside", "aside", "div"),
    "widget": ("section", "div", "aside"),
    "footer": ("footer",),
    "related": ("section", "aside", "div"),
    "ranking": ("section", "div"),
    "comments": ("section", "div"),
    "comment": ("li", "article", "div"),
    "pager": ("nav", "div"),
    "path": ("nav", "div", "ol"),
    "toc": ("nav", "div"),
    "share": ("div", "ul", "aside"),
    "card": ("article", "li", "div"),
    "list": ("ul", "div", "section"),
}


class Theme:
    """One site: what it is called, what it is made of, and every habit of it, drawn once from the site's seed."""

    def __init__(self, seed: str, eras: Sequence[float] = (1, 3, 5, 3)) -> None:
        self.seed = seed
        self._picked: dict[str, object] = {}
        self.era = self.pick("era", ERAS, eras)
        self.naming = self.pick("naming", *_NAMINGS[self.era])
        self.layout = self.pick("layout", *_LAYOUTS[self.era])
        self.topic = self.pick("topic", words.TOPICS)
        self.clutter = self.pick("clutter", (0.0, 0.4, 1.0, 1.8, 3.0), (1, 3, 4, 3, 2))
        rng = self.draw("name")
        self.name = rng.choice(words.SITES).format(x=rng.choice(words.SITE_WORDS))
        self.host = f"{rng.choice(('www', 'blog', 'news', 'web', 'info'))}{rng.randint(1, 99)}.example.jp"

    def draw(self, key: str) -> random.Random:
        """A generator for one question of taste: the same for every page of the site."""
        return random.Random(f"{self.seed}/{key}")

    def pick(self, key: str, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        if key not in self._picked:
            self._picked[key] = self.draw(key).choices(options, weights)[0]
        return self._picked[key]  # type: ignore[return-value]

    def chance(self, key: str, share: float) -> bool:
        return self.pick(key, (True, False), (share, 1 - share))

    def count(self, key: str, low: int, high: int) -> int:
        """How many of a thing the site shows, more of them where it shows much."""
        return max(low, round(self.draw(key).randint(low, high) * min(2.0, 0.4 + self.clutter)))

    def names(self, role: str) -> str:
        """The class or id of a part, as attributes with a space before them; may be none."""
        key = f"names:{role}"
        if key not in self._picked:
            self._picked[key] = self._attributes(role, self.draw(key))
        return str(self._picked[key])

    def _attributes(self, role: str, rng: random.Random) -> str:
        name = rng.choice(_NAMES[role].split("|")).split()
        if self.naming == "none" or (self.naming != "utility" and rng.random() < 0.06):
            return ""
        if self.naming == "opaque":
            return f' class="{rng.choice(("box", "area", "c", "w", "t", "style", "layer", "f"))}{rng.randint(1, 40)}"'
        if self.naming == "utility":
            return f' class="{" ".join(rng.sample(_UTILITY[:-1], rng.randint(1, 5)))}"'
        if self.naming == "hashed":
            code = "".join(rng.choice("abcdefghijkmnpqrstuvwxyzABCDEFGH0123456789") for _ in range(6))
            word = name[0].title() + "".join(part.title() for part in name[1:])
            return f' class="{rng.choice((f"{word}_{word.lower()}__{code}", f"sc-{code.lower()}", f"css-{code.lower()}"))}"'
        if self.naming == "bem":
            block = f"{rng.choice(('p', 'c', 'l', 'm', 'o'))}-{name[0]}"
            return f' class="{block + "__" + name[-1] if len(name) > 1 else block}"'
        glue = {"hyphen": "-", "under": "_", "camel": ""}[self.naming]
        joined = glue.join(name) if glue else name[0] + "".join(part.title() for part in name[1:])
        if role in ("page", "header", "main", "side", "footer", "nav") and self.chance("ids", 0.6):
            return f' id="{joined}"'
        extra = (
            f" {rng.choice(('clearfix', 'cf', 'inner', 'mb20', 'js-fade', 'row', 'pc', 'u-mt'))}"
            if rng.random() < 0.2
            else ""
        )
        return f' class="{joined}{extra}"'

    def tag(self, role: str) -> str:
        if self.era in ("html5", "modern") and self.chance("semantic", 0.75):
            return self.pick(f"tag:{role}", _TAGS.get(role, ("div",)))
        return "li" if role == "card" and self.pick("tag:list", ("ul", "div")) == "ul" else "div"

    def part(self, role: str, *content: Piece | str) -> Piece:
        """A part of the page in the site's own markup, sometimes with one or two more elements around its content."""
        inside = join(piece if isinstance(piece, Piece) else Piece(piece) for piece in content)
        for _ in range(self.pick(f"wraps:{role}", (0, 1, 2, 3), _WRAPS.get(self.era, (6, 2, 1, 0)))):
            inside = element("div", inside, self.names("section") if self.chance(f"named:{role}", 0.5) else "")
        return element(self.tag(role), inside, self.names(role))


_WRAPS: Final = {"old": (9, 1, 0, 0), "xhtml": (6, 3, 1, 0), "html5": (6, 3, 1, 0), "modern": (3, 4, 2, 1)}
_NAMINGS: Final = {
    "old": (("none", "opaque", "hyphen", "under"), (6, 2, 1, 1)),
    "xhtml": (("hyphen", "under", "camel", "opaque", "none"), (4, 3, 4, 2, 1)),
    "html5": (("hyphen", "under", "camel", "bem", "opaque", "none"), (6, 3, 3, 3, 1, 1)),
    "modern": (("hyphen", "bem", "hashed", "utility", "camel"), (2, 3, 3, 2, 1)),
}
_LAYOUTS: Final = {
    "old": (("table", "flat", "div"), (5, 4, 1)),
    "xhtml": (("div", "table", "flat"), (7, 2, 1)),
    "html5": (("div", "flat"), (12, 1)),
    "modern": (("div", "flat"), (12, 1)),
}

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_OPTIONAL_END = re.compile(r"</(?:p|li|td|tr|dd|dt|th|option)>")
_PIECES = re.compile(r"(<(?:pre|script|style|textarea)\b.*?</(?:pre|script|style|textarea)>)", re.S | re.I)


def weathered(html: str, theme: Theme) -> str:
    """The source as its site writes it: on one line or indented, in capitals, with end tags left out."""
    parts = _PIECES.split(html)
    upper = theme.era == "old" and theme.chance("capitals", 0.5)
    unclosed = theme.era == "old" and theme.chance("unclosed", 0.4)
    source = theme.pick("source", ("as it is", "one line", "indented", "spread"), (4, 2, 3, 1))
    depth = 0
    for at in range(0, len(parts), 2):
        text = parts[at]
        if unclosed:
            text = _OPTIONAL_END.sub("", text)
        if upper:
            text = _TAG.sub(lambda match: f"<{match[1]}{match[2].upper()}", text)
        if source == "one line":
            text = text.replace("\n", "")
        elif source == "indented":
            lines = text.split("\n")
            for number, line in enumerate(lines):
                lines[number] = "  " * min(depth, 20) + line if number else line
                depth = max(
                    0, depth + len(re.findall(r"<(?:div|section|ul|table|tr|main|aside)\b", line)) - line.count("</")
                )
            text = "\n".join(lines)
        elif source == "spread":
            text = text.replace("\n", "\n\n\n")
        parts[at] = text
    return "".join(parts)
