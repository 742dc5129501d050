"""What the page asks for, and what it is answered: plain values in, plain values out, no HTTP.

Each method is one question. All take the whole setting, so an answer never belongs to another one; a lock lets one
question in at a time, because the bench stands at one setting at a time. Texts are searched for outside of it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

from manyo import judge
from manyo.errors import ManyoError
from manyo.explore import axis as axes
from manyo.explore.bases import Base, Bases, written
from manyo.explore.bench import Bench
from manyo.explore.documents import Documents
from manyo.explore.estimate import estimate
from manyo.explore.judgements import Judgements
from manyo.explore.query import Query, chosen, find, search, spellings
from manyo.explore.rows import MOST, Numbers, Rows
from manyo.explore.setting import Setting
from manyo.explore.shelf import Shelf
from manyo.judge.rules import ranges
from manyo.release.labels import bounds, plain

_QUERY: Final = {"rule": str, "how": str, "now": str, "verdict": str, "host": str, "text": str, "order": str}
_NUMBERS: Final = ("first", "limit")
SECONDS: Final = 1.5  # of a search before it says how far it is


class Room:
    """A release under study. Raises `ManyoError` for all that a person can have got wrong."""

    def __init__(self, folder: Path, judgements: Path, *, recipe: str = "", most: int = MOST) -> None:
        self.rows = Rows(folder, most)
        self.bases = Bases(self.rows.ledger, recipe)
        self.shelf = Shelf(self.rows.ledger)
        self.documents = Documents(self.rows, self.shelf)
        self.judgements = Judgements(judgements)
        self._bench = Bench(self.rows)
        self._known = self.documents.rows_of(self.judgements.labels())  # of judged documents
        self._labels = {row: self.judgements.label(name) for name, row in self._known.items()}
        self._lock = Lock()
        self._axes: dict[tuple[str, str], tuple[axes.Axis, Numbers]] = {}
        self._release = str(self.rows.ledger.manifest.get("name") or folder.absolute().name)

    def close(self) -> None:
        self.judgements.close()

    def start(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that does not change: the release, its recipes, the names of measures."""
        manifest = self.rows.ledger.manifest
        return {
            "release": plain(self._release),
            "folder": plain(self.rows.ledger.folder.absolute().name),
            "manyo": str(manifest["manyo"]),
            "candidates": self.rows.count,
            "of": self.rows.whole,
            "counts": {name: manifest["counts"][name] for name in ("kept", "refused", "duplicates")},
            "texts": "whole" if self.shelf.whole else "kept" if self.shelf.some else "none",
            "recipes": [self._base(self.bases.named(key)) for key in self.bases.keys],
            "recipe": self.bases.first,
            "own": self.bases.own_is_known,
            "measures": {
                name: {
                    "ja": one.japanese,
                    "en": one.english,
                    "means": {"ja": one.means("ja"), "en": one.means("en")},
                    "held": name in self.rows.ledger.columns,
                }
                for name, one in self.rows.ledger.measures.items()
            },
            "judgements": {"count": self.judgements.count, "file": plain(str(self.judgements.path.absolute()))},
        }

    def stand(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The counts of a setting."""
        with self._lock:
            self._turn(asked)
            return self._bench.standing().to_dict()

    def rule(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """How the values of a rule's measure are spread, and how precise it is: `rule` names it."""
        name = _text(asked, "rule")
        with self._lock:
            base, rules = self._turn(asked)
            if name not in self._bench.places:
                raise ManyoError(f"there is no rule {name!r}", where="rule", hint="load the page again")
            there = base.rules.rules[self._bench.places[name]]
            answer: dict[str, Any] = {"rule": name, "on": name in {rule.name for rule in rules.rules}}
            for how in ("fails", "alone") if answer["on"] else ():
                flags = self._bench.fails(name, alone=how == "alone")
                answer[how] = estimate(self.rows.order, flags, self._labels).to_dict()
            if there.hosts is None:
                if (base.key, name) not in self._axes:
                    values = self._bench.values(there)
                    axis = axes.axis(there, values, self.rows.ledger.measures)
                    self._axes = {(base.key, name): (axis, axis.bins(values))}
                axis, bins = self._axes[base.key, name]
                answer |= {"axis": axis.to_dict(), **axes.histogram(bins, self._bench.others(name))}
            return answer

    def find(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Documents: `query` says which."""
        query = _query(asked)
        with self._lock:
            _, rules = self._turn(asked)
            query.check()
            flags = chosen(self._bench, query)
            found = None if query.text.strip() else find(self._bench, self.shelf, rules, query)
            judged = estimate(self.rows.order, flags, self._labels).to_dict() if query.order == "random" else None
        if found is None:
            found = search(self.rows, self.shelf, flags, query, SECONDS)
        with self._lock:
            self._turn(asked)
            told = [self.documents.judged(row, rules) | {"label": self._labels.get(row, "")} for row in found.rows]
        patterns = [pattern for pattern, _ in spellings(query.text)]
        shown = [one | more for one, more in zip(self.documents.show(found.rows, patterns), told, strict=True)]
        return {
            "documents": shown,
            "total": found.total,
            "next": found.next,
            "searched": found.searched,
            "estimate": judged,
            "patterns": patterns,
        }

    def document(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One document as a whole."""
        return self.documents.whole(self._row(asked))

    def label(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Say that the document in `row` is "good" or "bad", seen while looking at `rule`."""
        row, label, rule = self._row(asked), _text(asked, "label"), _text(asked, "rule")
        text = self.documents.text(row)
        if text is None:
            hint = "keep the build's work folder (.manyo) beside the release"
            raise ManyoError("a document without its text cannot be judged", where="judge", hint=hint)
        with self._lock:
            base, rules = self._turn(asked)
            failures = judge.explain(rules, self.rows.row(row, ["characters", *rules.columns]))
            name = self.documents.id(row)
            self.judgements.add(
                name,
                label,
                text,
                rule=rule if rule in self._bench.places else "",
                recipe=base.rules.name,
                failed=[one.rule for one in failures],
                release=self._release,
            )
            self._known[name], self._labels[row] = row, label
        return {"count": self.judgements.count, "row": row, "label": label}

    def undo(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Take the last judgement back."""
        with self._lock:
            name = self.judgements.undo()
            row = self._known.get(name, -1)
            self._labels.pop(row, None)
        return {"count": self.judgements.count, "row": row, "label": ""}

    def recipe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The recipe that a setting makes, as TOML; `name` is its name."""
        name = _text(asked, "name").strip()
        if not name or len(name) > 100 or name != plain(name) or "/" in name or "\n" in name:
            hint = "use letters, digits and hyphens, such as town-strict"
            raise ManyoError(f"{name[:100]!r} cannot be the name of a recipe", where="name", hint=hint)
        with self._lock:
            base, _ = self._turn(asked)
            standing = self._bench.standing()
        passed = f"{standing.passed:,} of {standing.candidates:,} candidates of {plain(self._release)!r} pass it"
        note = f"made with `manyo explore`, from {base.rules.name}\n{passed}: {standing.gained:,} gained, {standing.lost:,} lost"
        return {"name": name, "toml": written(base, self._setting(asked), name, self.rows.ledger.measures, note)}

    def load(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A recipe to start from, its text in `toml`."""
        with self._lock:
            return self._base(self.bases.upload(_text(asked, "toml")))

    def extend(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The recipe with one more rule over `measure`, its `end` "min" or "max" where few documents fail it."""
        measure, end = _text(asked, "measure"), _text(asked, "end")
        if end not in ("min", "max"):
            raise ManyoError(f"a rule has min or max, not {end!r}", where="end", hint="choose one of them")
        with self._lock:
            base, _ = self._turn(asked)
            rule = judge.Rule("more", measure, min=0.0)
            self.rows.load(rule.needs)
            limit = axes.start(self.rows.values(rule), end)
            return self._base(self.bases.extend(base, measure, **{end: limit}))

    def _base(self, base: Base) -> dict[str, Any]:
        rules = []
        for rule in base.rules.rules:
            least, most = (0.0, 1.0) if rule.hosts else ranges(self.rows.ledger.measures, rule)
            rules.append(
                {
                    **{key: value for key, value in rule.to_dict().items() if not key.startswith("hosts")},
                    "hosts": bounds(rule.to_dict()) if rule.hosts else "",
                    "range": [axes.finite(least), axes.finite(most)],
                }
            )
        edits = self.rows.ledger.manifest.get("rule_set", {}).get("before", [])
        return {
            "key": base.key,
            "name": plain(base.rules.name),
            "description": plain(base.rules.description),
            "rules": rules,
            "unmeasured": list(base.unmeasured),
            "added": list(base.added),
            "unedited": [] if list(base.rules.before) == list(edits) else list(base.rules.before),
        }

    def _turn(self, asked: Mapping[str, Any]) -> tuple[Base, judge.RuleSet]:
        base = self.bases.named(_text(asked, "recipe") or self.bases.first)
        return base, self._bench.turn(base, self._setting(asked))

    def _setting(self, asked: Mapping[str, Any]) -> Setting:
        limits, disabled = asked.get("limits", {}), asked.get("disabled", [])
        right = (
            isinstance(limits, dict)
            and all(isinstance(one, dict) for one in limits.values())
            and all(_is_number(limit) for one in limits.values() for limit in one.values())
            and isinstance(disabled, list)
            and all(isinstance(name, str) for name in disabled)
        )
        if not right:
            raise ManyoError("this is no setting", where="limits, disabled", hint="load the page again")
        return Setting(
            {name: {end: float(limit) for end, limit in one.items()} for name, one in limits.items()},
            frozenset(disabled),
        )

    def _row(self, asked: Mapping[str, Any]) -> int:
        row = asked.get("row")
        if type(row) is not int or not 0 <= row < self.rows.count:
            raise ManyoError("there is no such document", where="row", hint="load the page again")
        return row


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= sys.float_info.max


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key, "")
    if not isinstance(value, str):
        raise ManyoError(f"{key} must be text", where=key, hint="load the page again")
    return value


def _query(asked: Mapping[str, Any]) -> Query:
    said = asked.get("query", {})
    right = isinstance(said, dict) and all(
        (key in _QUERY and isinstance(value, str)) or (key in _NUMBERS and type(value) is int)
        for key, value in said.items()
    )
    if not right:
        raise ManyoError("this is no query", where="query", hint="load the page again")
    return Query(**said)
