"""What the segmenter knows of HTML: element names, their kinds, and the words in class and id that tell a part's role.

Everything here becomes small hash tables that are handed to the kernel as arguments, so that a changed table never
meets machine code that was compiled with the old one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html.entities import html5
from typing import Final

import numpy as np
import numpy.typing as npt

# Kinds of element, a bit each: how the segmenter treats a start tag.
BLOCK: Final = 1  # starts and ends a block of text
VOID: Final = 2  # has no content
RAW: Final = 4  # its content is not markup and not text: skipped to its end tag
SKIP: Final = 8  # its content is markup, but never text of the page
CELL: Final = 16  # td, th: a block that stands on one line with its neighbours
CONTAINER: Final = 32  # remembered as an element that blocks stand in
FORMATTING: Final = 64  # inline; its end tag never closes a block
STRUCTURE: Final = 128  # a part of a table: only these close a cell from inside it

# Roles that a block inherits from the elements that are open around it, a bit each.
ARTICLE: Final = 1 << 0
MAIN: Final = 1 << 1
NAVIGATION: Final = 1 << 2
HEADER: Final = 1 << 3
FOOTER: Final = 1 << 4
ASIDE: Final = 1 << 5
FORM: Final = 1 << 6
TABLE: Final = 1 << 7
LIST: Final = 1 << 8
LINK: Final = 1 << 9
HIDDEN: Final = 1 << 10
PREFORMATTED: Final = 1 << 11
HEADING: Final = 1 << 12
READING: Final = 1 << 13  # the reading over ruby
SKIPPED: Final = 1 << 14
COMMENTS: Final = 1 << 15
BOILERPLATE: Final = 1 << 16  # a class or id that names navigation, adverts, sharing, related pages, ...
CONTENT: Final = 1 << 17  # a class or id that names the text of the page
QUOTE: Final = 1 << 18
FIGURE: Final = 1 << 19
CONTROL: Final = 1 << 20  # button, label, select
DATA: Final = 1 << 21  # not of the body: a description, or text in JSON-LD

_KINDS: Final = {
    BLOCK | CONTAINER: (
        "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer"
        " form frameset header hgroup html legend li main menu nav noframes ol option p pre section summary ul h1 h2 h3 h4 h5"
        " h6 optgroup search listing"
    ),
    BLOCK | CONTAINER | STRUCTURE: "table tbody tfoot thead tr caption",
    BLOCK | CONTAINER | STRUCTURE | CELL: "td th",
    BLOCK | VOID: "hr",
    VOID: "area base br col embed img input link meta param source track wbr frame basefont bgsound keygen",
    RAW: "script style textarea iframe noembed xmp title",
    SKIP: "template svg math select datalist object audio video canvas rp",
    FORMATTING: (
        "a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd label mark nobr noscript q rb rt rtc"
        " ruby s samp small span strike strong sub sup time tt u var button output"
    ),
}

_ROLES: Final = {
    ARTICLE: "article",
    MAIN: "main",
    NAVIGATION: "nav",
    HEADER: "header",
    FOOTER: "footer",
    ASIDE: "aside",
    FORM: "form fieldset",
    TABLE: "table",
    LIST: "ul ol dl menu dir",
    PREFORMATTED: "pre listing",
    HEADING: "h1 h2 h3 h4 h5 h6",
    READING: "rt rtc",
    QUOTE: "blockquote",
    FIGURE: "figure figcaption caption",
    CONTROL: "button label legend output optgroup",
}

# Words (the parts of a class or id between spaces, hyphens, underscores, digits and humps) that name a part's role.
# A word of eight letters or more is matched by its first eight.
_WORDS: Final = {
    BOILERPLATE: (
        "nav gnav lnav snav navi navbar navigation globalnavi localnavi menu submenu pankuzu breadcrumb breadcrumbs topicpath"
        " crumb crumbs sidebar side sidemenu subcolumn footer foot header globalheader banner bnr ad ads adsense advert"
        " advertisement adsbygoogle sponsor sponsored promo promotion pr related relation recommend recommended ranking rank"
        " popular share sharing sns social socialbutton bookmark hatena twitter facebook widget pager pagination pagenavi"
        " paging prevnext copyright copy cookie popup modal toolbar skip skiplink sitemap tagcloud archives calendar profile"
        " newsletter subscribe login search screen visuallyhidden trackback pagetop totop gotop archive categories category"
        " tags metadata utility langs language"
    ),
    COMMENTS: "comment comments commentlist disqus respond reply replies",
    CONTENT: (
        "article articlebody entry entrybody post postbody content contents contentbody main maincontent mainbody body text"
        " honbun kiji story newsbody novel"
    ),
}


@dataclass(frozen=True)
class Tables:
    """The arrays that the segmenting kernel takes: hash tables of keys (see `hashed`), beside what each slot stands for."""

    names: npt.NDArray[np.uint64]  # keys of element names
    name_tags: npt.NDArray[np.int32]  # their index in ELEMENTS
    known: npt.NDArray[np.int32]  # the indexes of KNOWN
    kinds: npt.NDArray[np.int32]  # by index in ELEMENTS
    roles: npt.NDArray[np.int32]  # by index in ELEMENTS
    words: npt.NDArray[np.uint64]  # packed words of class and id
    word_roles: npt.NDArray[np.int32]
    entities: npt.NDArray[np.uint64]  # FNV-1a hashes of entity names
    entity_points: npt.NDArray[np.int32]  # shape (slots, 2): one or two code points
    entity_bare: npt.NDArray[np.uint8]  # 1 where the name is also known without its semicolon


def pack(word: str) -> int:
    """The first eight bytes of a lower-case word as one integer, as the kernel packs the words of a class.

    >>> hex(pack("td")), pack("breadcrumb") == pack("breadcrumbs")
    ('0x6474', True)
    """
    return int.from_bytes(word.encode()[:8], "little")


def name_key(name: str) -> int:
    """An element name as one integer: `pack`, with the bytes after the eighth mixed in.

    >>> name_key("td") == pack("td"), name_key("template") == name_key("template-card")
    (True, False)
    """
    key = pack(name)
    for byte in name.encode()[8:]:
        key = (key * 31 + byte) & 0xFFFFFFFFFFFFFFFF
    return key


def fnv_1a(name: bytes) -> int:
    """The 64-bit FNV-1a hash (Fowler, Noll, Vo)."""
    value = 0xCBF29CE484222325
    for byte in name:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


ELEMENTS: Final = tuple(sorted({name for names in _KINDS.values() for name in names.split()}, key=name_key))
"""Every element name that the segmenter tells apart; a block's `tag` is an index into it."""


KNOWN: Final = (
    "a",
    "p",
    "br",
    "li",
    "tr",
    "td",
    "th",
    "dt",
    "dd",
    "rt",
    "rp",
    "rb",
    "rtc",
    "img",
    "meta",
    "time",
    "html",
    "svg",
    "math",
    "title",
    "script",
    "option",
)
"""Elements with rules of their own in the segmenter; `Tables.known` holds their indexes in this order."""
A, P, BR, LI, TR, TD, TH, DT, DD, RT, RP, RB, RTC, IMG, META, TIME, HTML, SVG, MATH, TITLE, SCRIPT, OPTION = range(
    len(KNOWN)
)


def element(name: str) -> int:
    """The index of a name in `ELEMENTS`."""
    return ELEMENTS.index(name)


def hashed(keys: Iterable[int]) -> tuple[npt.NDArray[np.uint64], dict[int, int]]:
    """An open-addressed hash table of non-zero keys, a quarter full at most, and the slot of each: see `markup.search`."""
    wanted = sorted(keys)
    size = 64
    while size < 4 * len(wanted):
        size *= 2
    table, slots = np.zeros(size, np.uint64), {}
    for key in wanted:
        slot = (key * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> 40 & size - 1
        while table[slot]:
            slot = (slot + 1) & size - 1
        table[slot], slots[key] = key, slot
    return table, slots


@cache
def tables() -> Tables:
    """Build the arrays; a few milliseconds, once a process."""
    kinds = {name: kind for kind, names in _KINDS.items() for name in names.split()}
    roles: dict[str, int] = {}
    for role, listed in _ROLES.items():
        for name in listed.split():
            roles[name] = roles.get(name, 0) | role
    names, name_slots = hashed(name_key(name) for name in ELEMENTS)
    name_tags = np.full(len(names), -1, np.int32)
    for index, name in enumerate(ELEMENTS):
        name_tags[name_slots[name_key(name)]] = index
    words, word_slots = hashed({pack(word) for listed in _WORDS.values() for word in listed.split()})
    word_roles = np.zeros(len(words), np.int32)
    for role, listed in _WORDS.items():
        for word in listed.split():
            word_roles[word_slots[pack(word)]] |= role
    values = {fnv_1a(name.rstrip(";").encode()): value for name, value in html5.items()}
    entities, entity_slots = hashed(values)
    points = np.zeros((len(entities), 2), np.int32)
    bare = np.zeros(len(entities), np.uint8)
    for key, value in values.items():
        points[entity_slots[key], : len(value)] = [ord(character) for character in value]
    for name in html5:
        if not name.endswith(";"):
            bare[entity_slots[fnv_1a(name.encode())]] = 1
    return Tables(
        names=names,
        name_tags=name_tags,
        known=np.array([ELEMENTS.index(name) for name in KNOWN], np.int32),
        kinds=np.array([kinds[name] for name in ELEMENTS], np.int32),
        roles=np.array([roles.get(name, 0) for name in ELEMENTS], np.int32),
        words=words,
        word_roles=word_roles,
        entities=entities,
        entity_points=points,
        entity_bare=bare,
    )
