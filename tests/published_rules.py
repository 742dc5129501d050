"""Swallow, LLM-jp and uzushio, read once more in plain Python: what their programs refuse, by the names of our rules.

Written from the facts of their code, with none of it: slow, a loop over characters wherever one will do, and no line in
common with the kernels. Word lists are ours, so matches are handed in. What our recipes put in the place of a model, the
rule `not_japanese`, has no twin.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

SENTENCE_ENDS = "。．！？!?"


def over(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def swallow_sentences(text: str) -> list[list[str]]:
    """The sentences of every line: an end mark belongs to the sentence before it, and one with none before it to nothing."""
    lines = []
    for line in text.split("\n"):
        sentences, current = [], ""
        for character in line:
            if character not in SENTENCE_ENDS:
                current += character
            elif current:
                sentences.append(current + character)
                current = ""
        lines.append([*sentences, current] if current else sentences)
    return lines


def repeated(items: list[str]) -> tuple[int, int]:
    """How many items an earlier one equals, and their characters."""
    seen: set[str] = set()
    count = characters = 0
    for item in items:
        if item in seen:
            count += 1
            characters += len(item)
        seen.add(item)
    return count, characters


def swallow(text: str, words: Mapping[str, int], host: str) -> set[str]:
    """`words` are characters in matches of our lists."""
    lines = swallow_sentences(text)
    paragraphs = ["".join(line) for line in lines]
    sentences = [sentence for line in lines for sentence in line]
    hiragana = sum("ぁ" <= c <= "ゖ" for c in text)
    katakana = sum("ァ" <= c <= "ヺ" for c in text)
    kanji = sum(c in "々〇〻" or "\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" for c in text)
    japanese = hiragana + katakana + kanji + sum(c in "。．！？、，" for c in text)
    mean = over(sum(map(len, sentences)), len(sentences))
    trailing = sum(sentence.strip()[-1:] in ("・", "…") for sentence in sentences)
    values = {
        "too_short": len(text) < 400,
        "few_japanese_letters": japanese < 400,
        "low_hiragana_share": over(hiragana, japanese) < 0.2,
        "high_katakana_share": over(katakana, japanese) > 0.5,
        "low_japanese_share": over(japanese, len(text)) < 0.5,
        "sentence_length": not 20 <= mean <= 90,
        "long_sentence": max(map(len, sentences), default=0) > 200,
        "trailing_sentences": over(trailing, len(sentences)) > 0.2,
        "offensive_words": not over(words["adult"] + words["discrimination"], japanese) < 0.05,
        "board_5ch": host == "5ch.net" or host.endswith(".5ch.net"),
        "wikipedia": host == "wikipedia.org" or host.endswith(".wikipedia.org"),
    }
    for unit, items in (("paragraph", paragraphs), ("sentence", sentences)):
        count, characters = repeated(items)
        values[f"repeated_{unit}s"] = over(count, len(items)) > 0.3
        values[f"repeated_{unit}_characters"] = over(characters, sum(map(len, items))) > 0.2
    for n, most in ((2, 0.20), (3, 0.18), (4, 0.16)):
        grams = Counter(text[at : at + n] for at in range(len(text) - n + 1))
        values[f"top_{n}gram"] = over(max(grams.values(), default=0), sum(grams.values())) > most
    for n, most in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10)):
        grams = Counter(text[at : at + n] for at in range(len(text) - n + 1))
        values[f"duplicate_{n}grams"] = over(sum(often > 1 for often in grams.values()), len(grams)) > most
    return {name for name, fails in values.items() if fails}


DOMAINS = "jp com net org work info xyz biz me tv site tokyo cc".split()


def llm_jp(text: str, hits: Mapping[str, int], host: str) -> set[str]:
    """`hits` are matches of our lists."""
    data = text.encode()
    values = {
        "top_level_domain": bool(host) and host.split(".")[-1] not in DOMAINS,
        "wikipedia": host == "ja.wikipedia.org",
        "empty": not text.strip(),
        "no_kana_at_start": not re.search("[ぁ-んァ-ン]", text[:50]),
        "advertising": hits["advertising"] > 10,
        "adult_words": hits["adult"] > 3,
        "discriminatory_words": hits["discrimination"] > 3,
        "violent_words": hits["violence"] > 3,
        "rare_full_stops": text.count("。") < len(text) / 250,
        "compression": not 0.3 <= over(len(zlib.compress(data, 9)), len(data)) <= 0.7,
    }
    return {name for name, fails in values.items() if fails}


def uzushio(text: str, types: Mapping[str, int], links: float) -> set[str]:
    """`types` are different words of our lists, `links` the share of characters in links."""
    joined = text.replace("\n", "")
    data = joined.encode()[: 1 << 20]
    packed = len(pa.Codec("lz4_raw").compress(data, asbytes=True)) if data else 0
    values = {
        "too_short": len(joined) < 200,
        "low_hiragana_share": over(sum("\u3040" <= c <= "\u309f" for c in joined), len(joined)) < 0.15,
        "many_links": links > 0.4,
        "compression": not 0.5 <= over(packed, len(data)) <= 0.75,
        "varied_adult_words": types["adult"] >= 6,
        "varied_discriminatory_words": types["discrimination"] >= 9,
    }
    return {name for name, fails in values.items() if fails}
