"""`manyo explain`: the story of one document, from its bytes to its verdict.

The ledger may be far larger than memory. It is scanned part by part for the one id or URL (Arrow's dataset filter on
the narrow columns), and only the row that was found is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from rich.cells import cell_len

from manyo.errors import ManyoError
from manyo.records import KEPT, POINTER, READING
from manyo.release import labels, manifest
from manyo.release.files import files_of
from manyo.release.labels import Label, bounds, label, number, plain
from manyo.release.rows import KINDS, ledger_schema
from manyo.release.samples import EXCERPT, shortest

MEMBERS: Final = 20  # of a cluster that are listed
SUGGESTIONS: Final = 5
_ID: Final = re.compile("[0-9a-f]{4,32}")


@dataclass(frozen=True, slots=True)
class Story:
    """`data` is for `--json`, `text` for people."""

    data: dict[str, Any]

    def text(self, lang: str = "ja") -> str:
        """The story in Japanese ("ja") or English (anything else), ready for a terminal: no control characters."""
        return "\n\n".join(_tell(self.data, lang))


Evaluate = Callable[[str, Mapping[str, Any]], float | None]


def explain(out: str | Path, key: str, evaluate: Evaluate | None = None) -> Story:
    """The story of the document with this id, the beginning of an id (four digits or more), URL, or file.

    `evaluate` gives the value of a rule's expression over a row of measures; without it, such a value is left out.

    Raises `ManyoError` when `out` is no release, when nothing fits `key` (with the URLs that come nearest), and when
    several documents do (with their ids).
    """
    whole = manifest.read(out)
    ledger = _open(out, whole, "ledger")
    try:
        found = _find(ledger, key)
        if not found:
            raise ManyoError(f"no document here is called {key!r}", where=str(out), hint=_hint(ledger, key))
        if len(found) > 1:
            lines = [f"{row['id']}  {row['fetched']}  {row['url'] or row['file']}" for row in found[:SUGGESTIONS]]
            more = "\n         and more" if len(found) > SUGGESTIONS else ""
            what, hint = f"several documents fit {key!r}", "ask for one of these ids:\n         "
            raise ManyoError(what, where=str(out), hint=hint + "\n         ".join(map(plain, lines)) + more)
        part = Path(found[0]["__filename"]).name
        only = pc.field("id") == found[0]["id"]
        row = files_of(out).dataset([f"ledger/{part}"]).to_table(filter=only).slice(0, 1).to_pylist()[0]
        cluster = _cluster(ledger, row)
        excerpt = _excerpt(out, whole, part, row)
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError, KeyError) as error:
        hint = "copy the release again, or build it again with the same recipe"
        raise ManyoError("the ledger cannot be read", where=f"{out}: {error}", hint=hint) from None
    return Story(_story(row, whole, f"ledger/{part}", cluster, excerpt, evaluate))


def _open(out: str | Path, whole: Mapping[str, Any], kind: str) -> ds.Dataset:
    names = manifest.parts(out, whole, kind)
    if not names:
        raise ManyoError(
            "the release is empty: there is no document to explain", where=str(out), hint="`manyo show` says why"
        )
    try:
        return files_of(out).dataset(names)
    except (pa.ArrowInvalid, OSError) as error:
        raise ManyoError("the ledger cannot be read", where=f"{out}: {error}", hint="build it again") from None


def _find(ledger: ds.Dataset, key: str) -> list[dict[str, Any]]:
    """The rows that `key` may mean, one more than are ever listed."""
    names = ["id", "url", "file", "fetched", "__filename"]
    if not key:
        return []  # pages from folders have no URL: the empty one is no one's name
    if _ID.fullmatch(key.lower()):
        return _head(ledger, names, pc.starts_with(pc.field("id"), key.lower()))
    url, file = pc.field("url"), pc.field("file")
    for condition in (url == key, url.isin(_same(key)), file == key):
        if found := _head(ledger, names, condition):
            return found
    return []


def _same(url: str) -> list[str]:
    """The other ways to write the URL that people and browsers mix up."""
    bare = re.sub("^https?://", "", url.split("#")[0]).rstrip("/")
    return [scheme + bare + end for scheme in ("http://", "https://") for end in ("", "/")]


def _hint(ledger: ds.Dataset, key: str) -> str:
    """The URLs or files that come nearest: those that hold the longest beginning of what was asked for."""
    for piece in _pieces(key):
        held = [pc.match_substring(pc.field(name), piece, ignore_case=True) for name in ("url", "file")]
        near = _head(ledger, ["id", "url", "file"], held[0] | held[1])
        if near:
            lines = [f"{row['id']}  {row['url'] or row['file']}" for row in near[:SUGGESTIONS]]
            return "did you mean one of these?\n         " + "\n         ".join(map(plain, lines))
    return "the ledger lists every id and URL; documents that were refused before the ledger have none"


def _pieces(key: str) -> Iterator[str]:
    """The key without its scheme, then shorter and shorter: each is one scan, so no more than six.

    >>> list(_pieces("https://example.jp/a/b.html?c=1"))
    ['example.jp/a/b.html?c=1', 'example.jp/a/b.html', 'example.jp/a', 'example.jp']
    """
    bare = re.sub("^[a-z]+://", "", key.strip().lower()).rstrip("/")
    pieces = [bare, bare.split("?")[0].split("#")[0]]
    steps = pieces[-1].split("/")
    pieces += ["/".join(steps[:count]) for count in range(len(steps) - 1, 0, -1)]
    distinct = [piece for piece in dict.fromkeys(pieces) if len(piece) > 2]
    yield from distinct if len(distinct) <= 6 else [*distinct[:5], distinct[-1]]


def _head(ledger: ds.Dataset, names: list[str], condition: pc.Expression) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    # One batch at a time and stop early: `head` would read ahead in every part.
    for batch in ledger.scanner(columns=names, filter=condition).to_batches():
        found += batch.slice(0, MEMBERS + 1 - len(found)).to_pylist()
        if len(found) > MEMBERS:
            break
    return found


def _cluster(ledger: ds.Dataset, row: Mapping[str, Any]) -> dict[str, Any] | None:
    if not row["cluster"]:
        return None
    names = ["id", "url", "verdict", "similarity", "duplicate_kind"]
    against = row.get("against") or ""
    kept = [] if against else _head(ledger, names, pc.field("id") == row["cluster"])
    others = _head(ledger, names, (pc.field("cluster") == row["cluster"]) & (pc.field("id") != row["id"]))
    for member in [*kept, *others]:
        member["similarity"] = shortest(member["similarity"])
    return {
        "size": row["cluster_size"],
        "kept": kept[0] if kept else {"id": row["cluster"]},
        "similarity": shortest(row["similarity"]),
        "kind": row["duplicate_kind"],
        "against": against,
        "members": [member for member in others if member["id"] != row["cluster"]][:MEMBERS],
    }


def _excerpt(out: str | Path, whole: Mapping[str, Any], part: str, row: Mapping[str, Any]) -> str | None:
    """The beginning of the released text. A shard's two parts carry one number, so one part is searched."""
    name = f"data/{part}"
    if row["verdict"] != KEPT or name not in manifest.parts(out, whole, "data"):
        return None
    table = files_of(out).dataset([name]).to_table(columns=["text"], filter=pc.field("id") == row["id"])
    return str(table["text"][0].as_py())[:EXCERPT] if table.num_rows else None


def _story(
    row: Mapping[str, Any],
    whole: Mapping[str, Any],
    part: str,
    cluster: dict[str, Any] | None,
    excerpt: str | None,
    evaluate: Evaluate | None,
) -> dict[str, Any]:
    known = set(ledger_schema(()).names)
    measures = {name: shortest(value) for name, value in row.items() if name not in known}
    rules = {rule["name"]: rule for rule in whole.get("rules", [])}
    failed = []
    for name in row["failed"]:
        rule = rules.get(name, {"name": name})
        measure = rule.get("measure", "")
        value = row[measure] if measure in row else evaluate(measure, row) if measure and evaluate else None
        failed.append({**rule, "value": shortest(value)})
    return {
        "id": row["id"],
        "verdict": row["verdict"],
        "where": {field.name: row[field.name] for field in POINTER},
        "read": {**{field.name: row[field.name] for field in READING}, "host": row["host"]},
        "measures": measures,
        "labels": {each["name"]: {"ja": each["ja"], "en": each["en"]} for each in whole.get("measures", [])},
        "conditions": _conditions(rules.values()),
        "rules": len(rules),
        "failed": failed,
        "cluster": cluster,
        "edits": row.get("edits") or [],
        "masked": row["masked"],
        "spans": row["spans"],
        "excerpt": excerpt,
        "part": part,
    }


def _conditions(rules: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the rules ask of each measure; several rules may ask something of one."""
    asked: dict[str, list[str]] = {}
    for rule in rules:
        if bounds(rule):
            asked.setdefault(str(rule.get("measure", "")), []).append(bounds(rule))
    return {measure: ", ".join(conditions) for measure, conditions in asked.items()}


def _tell(story: Mapping[str, Any], lang: str) -> Iterator[str]:
    def say(japanese: str, english: str) -> str:
        return japanese if lang == "ja" else english

    where, read = story["where"], story["read"]
    verdict = label(labels.VERDICTS, story["verdict"]).text(lang)
    yield f"{plain(read['title']) or say('(題名なし)', '(no title)')}\n  {verdict} · {story['id']}"

    yield _block(
        say("元のバイト列", "Where its bytes are"),
        [
            (say("ファイル", "file"), where["file"]),
            (say("位置", "offset"), number(where["offset"])),
            (say("記録", "record"), where["record"]),
            ("URL", where["url"]),
            (say("取得", "fetched"), where["fetched"]),
            (say("台帳", "ledger"), story["part"]),
        ],
    )
    evidence = label(labels.EVIDENCE, read["charset_from"] or "").text(lang)
    yield _block(
        say("読み取り", "What was read"),
        [
            (say("文字コード", "charset"), f"{read['charset']} ({say('決め手: ', 'by the ')}{evidence})"),
            (say("不正バイト列", "malformed"), number(read["decode_errors"])),
            (say("言語", "language"), read["language"] or "—"),
            (say("公開日", "date"), read["date"] or "—"),
            (say("ページ", "page"), labels.size(read["page_bytes"] or 0)),
        ],
    )
    measured = []
    for name, value in story["measures"].items():
        words = story["labels"].get(name, {"ja": name, "en": name})
        asked = story["conditions"].get(name, "")
        title = Label(name, words["ja"], words["en"]).text(lang)
        measured.append((title, number(value), f"{say('条件', 'required')} {asked}" if asked else ""))
    yield _block(say("測定値", "What was measured"), measured)

    if story["failed"]:
        lines = []
        for rule in story["failed"]:
            why = (rule.get("why") or {}).get("ja" if lang == "ja" else "en", "")
            asked = f"{say('条件', 'required')} {bounds(rule)}" if bounds(rule) else ""
            lines.append((rule["name"], f"{rule.get('measure', '')} = {number(rule['value'])}", asked, why))
        count = len(lines)
        yield _block(say(f"反した規則({count})", f"Rules that it failed ({count})"), lines)
    else:
        passed = say(f"{story['rules']} 件の規則をすべて満たした", f"it passed all {story['rules']}")
        yield f"{say('規則', 'Rules')}\n  {passed}"

    if story["edits"]:
        gone = [(label(labels.REMOVED, edit["edit"]).text(lang), number(edit["removed"])) for edit in story["edits"]]
        yield _block(say("除いた文字数", "Characters taken out"), gone)
    yield _same_text(story, lang)
    rows = [(label(labels.KINDS, kind).text(lang), number(n)) for kind in KINDS if (n := story["masked"].get(kind))]
    nothing = say("伏せたものはない", "nothing was masked")
    title = say("伏せた個人情報", "Personal information masked")
    yield _block(title, rows) if rows else f"{title}\n  {nothing}"
    if story["excerpt"] is not None:
        text = "\n".join("  " + line for line in plain(story["excerpt"]).splitlines())
        yield f"{say('本文の冒頭', 'The text begins')}\n{text}"


def _same_text(story: Mapping[str, Any], lang: str) -> str:
    def say(japanese: str, english: str) -> str:
        return japanese if lang == "ja" else english

    title, cluster = say("同じ文章", "The same text elsewhere"), story["cluster"]
    if cluster is None:
        return f"{title}\n  {say('ほかにはない', 'nowhere')}"
    kept, members = cluster["kept"], cluster["members"]
    own = kept["id"] == story["id"]
    rows = [(say("大きさ", "cluster"), number(cluster["size"]), "")]
    if not own:
        kind = label(labels.DUPLICATES, cluster["kind"]).text(lang)
        rows.append((say("種類", "kind"), kind, f"{say('類似度', 'similarity')} {number(cluster['similarity'])}"))
        rows.append((say("採用された文書", "kept document"), kept["id"], kept.get("url", "")))
        if cluster["against"]:
            rows.append((say("採用した公開版", "kept in release"), cluster["against"], ""))
    rows += [(say("ほかの文書", "other"), member["id"], member["url"]) for member in members]
    hidden = cluster["size"] - 1 - len(members) - (not own)
    if hidden > 0:
        rows.append(("", say(f"ほか {number(hidden)} 件", f"and {number(hidden)} more"), ""))
    return _block(title, rows)


def _block(title: str, rows: Sequence[Sequence[str]]) -> str:
    """A title, and rows as columns to the left; full-width letters count as two. An empty value reads "—"."""
    table = [[row[0], *(plain(cell or "") for cell in row[1:])] for row in rows]
    for row in table:
        row[1] = row[1] or "—"
    # The last column may be long, and is not padded; nor may a long URL in the second push what follows away.
    widths = [min(48, max(map(cell_len, column))) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join([title, *lines])
