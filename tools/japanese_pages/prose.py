"""Japanese sentences out of templates and words, in the registers of the web, and of lengths as the web has them.

The text means little. What it has to carry is what a page's structure is told by: how long sentences, paragraphs and
headings are, where they are punctuated, how much of them is kana, and how that differs between an essay, a notice and a
board. Nothing here is copied from a page: every sentence is composed when it is asked for.
"""

from __future__ import annotations

import random
import re
from typing import Final

from . import phrases, words
from .words import Topic

REGISTERS: Final = ("polite", "plain", "blog", "notice", "news", "chat", "novel", "manual")

_SLOT = re.compile(r"\{(\w+)\}")
# The last kana of a consonant-stem verb, and its continuative, conjunctive and past endings.
_GODAN: Final = {
    "く": ("き", "いて", "いた", "か"),
    "ぐ": ("ぎ", "いで", "いだ", "が"),
    "す": ("し", "して", "した", "さ"),
    "つ": ("ち", "って", "った", "た"),
    "ぬ": ("に", "んで", "んだ", "な"),
    "ぶ": ("び", "んで", "んだ", "ば"),
    "む": ("み", "んで", "んだ", "ま"),
    "る": ("り", "って", "った", "ら"),
    "う": ("い", "って", "った", "わ"),
}


def conjugate(phrase: str) -> dict[str, str]:
    """Forms of a verb phrase: `ru` dictionary, `ren` before ます, `te`, `ta`, `nai`.

    >>> conjugate("本を読む")["te"], conjugate("苗を植える!")["ta"], conjugate("再起動する")["ren"], conjugate("店に行く")["te"]
    ('本を読んで', '苗を植えた', '再起動し', '店に行って')
    """
    plain = phrase.rstrip("!")
    if phrase.endswith("!"):
        stem = plain[:-1]
        return {"ru": plain, "ren": stem, "te": stem + "て", "ta": stem + "た", "nai": stem + "ない"}
    if plain.endswith("する"):
        stem = plain[:-2]
        return {"ru": plain, "ren": stem + "し", "te": stem + "して", "ta": stem + "した", "nai": stem + "しない"}
    stem, (ren, te, ta, nai) = plain[:-1], _GODAN[plain[-1]]
    if plain.endswith("行く"):
        te, ta = "って", "った"
    return {"ru": plain, "ren": stem + ren, "te": stem + te, "ta": stem + ta, "nai": stem + nai + "ない"}


class Writer:
    """Writes about one topic in one register; every draw comes from the one generator it is given."""

    def __init__(self, rng: random.Random, register: str = "", topic: Topic | None = None) -> None:
        self.rng = rng
        self.register = register or rng.choice(REGISTERS[:5])
        self.topic = topic or rng.choice(words.TOPICS)

    def fill(self, template: str) -> str:
        return _SLOT.sub(lambda match: self._slot(match[1]), template)

    def _slot(self, name: str) -> str:
        choice = self.rng.choice
        if name == "T":
            return choice(self.topic.things)
        if name.startswith("v_"):
            return conjugate(choice(self.topic.deeds))[name[2:]]
        if name in _LISTS:
            return choice(_LISTS[name])
        if name == "NP":
            return self.fill(
                choice(("{T}", "{Q}{T}", "{P}の{T}", "{T}と{T}", "{H}の{T}", "{v_ta}{T}", "{W}の{T}", "{T}の{T}"))
            )
        if name == "s":
            return choice(self.topic.shelves)
        if name == "d":
            return f"{self.rng.randint(1, 12)}月{self.rng.randint(1, 28)}日"
        return str(self.rng.randint(10 ** (int(name[1]) - 1), 10 ** int(name[1]) - 1))

    def sentence(self) -> str:
        rng = self.rng
        text = self.fill(rng.choice(phrases.CORES[self.register]))
        if self.register != "chat":
            for _ in range(min(3, int(rng.expovariate(1.1)))):
                text = self.fill(rng.choice(phrases.LEADS)) + text
            if rng.random() < 0.15:
                text = rng.choice(words.JOINERS) + "、" + text
        if self.register == "blog" and rng.random() < 0.12:
            text = text.rstrip("。") + rng.choice(("！", "（笑）", "😊", "✨", "…。", "♡", "！！", "(^^)", "^^;"))
        return text

    def paragraph(self, size: float = 110.0) -> str:
        """A paragraph of about `size` characters, most shorter and some much longer."""
        target = self.rng.lognormvariate(0.0, 0.65) * size * 0.8
        text = self.sentence()
        while len(text) < target and len(text) < 2000:
            text += self.sentence()
        return text

    def paragraphs(self, size: int, each: float = 110.0) -> list[str]:
        """Paragraphs of together about `size` characters."""
        found = [self.paragraph(each)]
        while sum(map(len, found)) < size:
            found.append(self.paragraph(each))
        return found

    def title(self) -> str:
        return self.fill(self.rng.choice(phrases.TITLES))

    def heading(self) -> str:
        return self.fill(self.rng.choice(phrases.HEADINGS))

    def point(self) -> str:
        """What stands at a bullet: a few words, or a sentence."""
        return self.item() if self.rng.random() < 0.6 else self.sentence()

    def item(self) -> str:
        return self.fill(self.rng.choice(phrases.ITEMS))

    def line(self) -> str:
        return self.fill(self.rng.choice(phrases.LINES))

    def thing(self) -> str:
        return self.rng.choice(self.topic.things)

    def clipped(self, size: int) -> str:
        """The beginning of a text, cut in the middle as lists of articles cut it."""
        text = "".join(self.sentence() for _ in range(1 + size // 30))
        return text[:size] + self.rng.choice(("...", "…", "［…］", "…続きを読む", " [...]"))

    def date(self) -> tuple[int, int, int]:
        return self.rng.randint(1999, 2025), self.rng.randint(1, 12), self.rng.randint(1, 28)


_LISTS: Final = {
    "P": words.PLACES,
    "W": words.TIMES,
    "H": words.PEOPLE,
    "Q": words.QUALITIES,
    "N": words.NUMBERS,
    "A": words.ADVERBS,
    "F": words.FEELINGS,
    "D": words.DEPARTMENTS,
}
