"""Replays as text for a terminal, in Japanese or English."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from manyo.judge import RuleSet
from manyo.release.labels import bounds, number, plain, share
from manyo.release.overview import columns
from manyo.replay.comparing import Comparison, Sample
from manyo.replay.judging import Replay

Say = Callable[[str, str], str]


def _in(lang: str) -> Say:
    return lambda japanese, english: japanese if lang == "ja" else english


def replay(found: Replay, lang: str) -> str:
    """The funnel: rule by rule in the recipe's order, then what became of the release's own verdicts."""
    say = _in(lang)
    head = [(say("日本語の候補", "Japanese candidates"), number(found.candidates), "")]
    rows = [
        (
            say("規則", "rule"),
            say("不合格", "failed"),
            "",
            say("これだけで不合格", "by it alone"),
            say("ここまで合格", "left"),
        )
    ]
    asked = [say("条件", "required")]
    for one in found.counts:
        failed = number(one.failed), share(one.failed, found.candidates)
        rows.append((one.rule.name, *failed, number(one.alone), number(one.left)))
        asked.append(f"{one.rule.measure} {bounds(one.rule.to_dict())}".strip())
    # What is asked for may be long: it comes last, from one margin.
    rules = "\n".join(f"{line}   {what}" for line, what in zip(columns(rows).split("\n"), asked, strict=True))
    last = [
        (say("すべて合格", "pass every rule"), number(found.passed), share(found.passed, found.candidates)),
        (say("  元の版でも採用", "  kept in the release too"), number(found.kept), ""),
        (say("  元の版では重複", "  duplicates there"), number(found.duplicates), ""),
        (say("  元の版では不採用（増える分）", "  refused there (gained)"), number(found.gained), ""),
        (say("元の版で採用、今回は不合格（減る分）", "kept there, refused here (lost)"), number(found.lost), ""),
        (say("合格した文書の文字数", "characters that pass"), number(found.characters), ""),
    ]
    blocks = [
        f"{found.rules.name}  {plain(found.rules.description)}".rstrip(),
        columns(head),
        rules,
        columns(last),
    ]
    if found.unedited:
        edits = ", ".join(found.unedited)
        blocks.append(
            say(
                f"このレシピは測る前に本文を編集します（{edits}）。ここでの数値は編集しない本文のものです。",
                f"This recipe edits texts before it measures them ({edits}). The figures here are of texts as they were.",
            )
        )
    if found.words:
        blocks.append(_other_words(found.rules, found.words, say))
    if found.gained:
        blocks.append(
            say(
                "増える分の重複はまだ調べていません。manyo release --from で新しい版を作ると、重複も除かれます。",
                "Nobody has looked for duplicates among what is gained: manyo release --from does.",
            )
        )
    if found.written:
        blocks.append(f"{say('判定の一覧', 'verdicts')}  {found.written}")
    return "\n\n".join(blocks)


def comparison(found: Comparison, lang: str) -> str:
    """Counts, the table of agreement, and what only one recipe keeps."""
    say = _in(lang)
    names = [rules.name for rules in found.rules]
    counts = [(say("レシピ", "recipe"), say("合格", "pass"), "", say("ここだけ合格", "only here"))]
    for place, name in enumerate(names):
        passed = int(found.both[place, place])
        counts.append((name, number(passed), share(passed, found.candidates), number(found.only[place])))
    counts.append(
        (say("すべてで合格", "all of them"), number(found.all_of_them), share(found.all_of_them, found.candidates), "")
    )
    counts.append(
        (
            say("どれでも不合格", "none of them"),
            number(found.none_of_them),
            share(found.none_of_them, found.candidates),
            "",
        )
    )
    table = [("", *names)]
    for i, name in enumerate(names):
        table.append((name, *(f"{100 * found.agreement(i, j):.1f} %" for j in range(len(names)))))
    blocks = [
        f"{say('日本語の候補', 'Japanese candidates')}  {number(found.candidates)}",
        columns(counts),
        f"{say('判定の一致', 'Agreement')}\n{columns(table)}",
    ]
    blocks += [_other_words(rules, words, say) for rules, words in zip(found.rules, found.words, strict=True) if words]
    for name, samples in zip(names, found.samples, strict=True):
        if samples:
            title = say(f"{name} だけで合格する文書の例", f"Only {name} keeps, for example")
            blocks.append("\n".join([title, *(line for sample in samples for line in _sample(sample, say))]))
    if not found.texts_kept and any(found.samples):
        blocks.append(
            say(
                "本文は作業フォルダーにありましたが、残っていません。",
                "The texts were in the work folder, which is gone.",
            )
        )
    return "\n\n".join(blocks)


def _other_words(rules: RuleSet, words: str, say: Say) -> str:
    return say(
        f"{rules.name} のしきい値は {rules.words} の語で決められましたが、この台帳の語は {words} によるものです。",
        f"The thresholds of {rules.name} were found with words by {rules.words}; the words of this ledger are by {words}.",
    )


def _sample(sample: Sample, say: Say) -> Iterator[str]:
    yield f"  {plain(sample.title) or say('(題名なし)', '(no title)')}  {plain(sample.url)}  {sample.id[:12]}"
    if sample.excerpt:
        yield f"    {' '.join(plain(sample.excerpt).split())}"
    for name, failures in sample.failures.items():
        yield f"    {name}: {'; '.join(map(str, failures))}"
