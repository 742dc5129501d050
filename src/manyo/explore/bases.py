"""The recipes that one can start from, and the recipe that one has made, as TOML.

There are the release's own rules, Manyo's recipes by name, and a person's files: the one that the command names, and
those that the page is given. What is written at the end is a file for `manyo judge` and `manyo release --from`: where
the start has a name that a recipe can extend, only the changes; else every rule.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from manyo import judge
from manyo.errors import ManyoError
from manyo.explore.setting import Setting
from manyo.judge.hosts import COLUMN
from manyo.measure.catalogue.entry import Measure
from manyo.replay import Ledger

OWN: Final = "release"  # the key of the release's own rules
MOST_UPLOADS: Final = 50
MOST_BYTES: Final = 1 << 20  # of a file that the page is given
_THRESHOLDS: Final = ("min", "max")


@dataclass(frozen=True)
class Base:
    """A recipe to start from. `rules` are those whose measures this ledger has, `unmeasured` the names of the others."""

    key: str
    rules: judge.RuleSet
    unmeasured: tuple[str, ...] = ()
    extends: str = ""  # what a recipe that builds on this one writes; "" where there is nothing to name
    added: tuple[str, ...] = ()  # rules that were added on the page, which what it extends has not


class Bases:
    """All that one can start from in this session. `file` is the recipe that the command was given."""

    def __init__(self, ledger: Ledger, file: str = "") -> None:
        self._ledger = ledger
        self._read: dict[str, Base] = {}
        self._uploads: list[str] = []
        self.first = OWN
        self.own_is_known = self._own()
        if file and file in judge.recipes():
            self.first = file
        elif file:
            rules = judge.load(file, ledger.measures)  # which also says what a name that is none may have meant
            self.first = self._keep("file", rules, extends=str(Path(file).absolute())).key
        elif not self.own_is_known:
            self.first = "manyo"
        self.named(self.first)

    @property
    def keys(self) -> list[str]:
        """What one can choose, in the order in which it is shown."""
        own = [OWN] if self.own_is_known else []
        return [*own, *(["file"] if "file" in self._read else []), *self._uploads, *judge.recipes()]

    def named(self, key: str) -> Base:
        """Raises `ManyoError` for a key that is none of `keys`."""
        if key not in self._read:
            if key not in judge.recipes():
                raise ManyoError(f"there is no recipe {key!r} here", where="recipe", hint="load the page again")
            self._keep(key, judge.load(key), extends=key)
        return self._read[key]

    def upload(self, content: str) -> Base:
        """A recipe whose text the page was given. Raises `ManyoError` for what is wrong with it."""
        self._room_for_more()
        try:
            contents = tomllib.loads(content)
        except (ValueError, RecursionError) as error:
            raise ManyoError(f"this is not TOML: {error}", where="recipe", hint="choose the file of a recipe") from None
        base = self._keep(f"upload-{len(self._uploads) + 1}", judge.load(contents, self._ledger.measures))
        self._uploads.append(base.key)
        return base

    def extend(self, base: Base, measure: str, **limits: float) -> Base:
        """`base` with one more rule over a measure, `min` or `max` its threshold. Raises `ManyoError` as `judge.load` does."""
        self._room_for_more()
        taken = {rule.name for rule in base.rules.rules} | set(base.unmeasured)
        stem = f"{measure}_{'_'.join(limits)}"
        name = next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, 99))) if one not in taken)
        rule = judge.load(
            {"name": "more", "rule": [{"name": name, "measure": measure, **limits}]}, self._ledger.measures
        ).rules[0]
        more = replace(
            base,
            key=f"upload-{len(self._uploads) + 1}",
            rules=replace(base.rules, rules=(*base.rules.rules, rule)),
            added=(*base.added, name),
        )
        self._read[more.key] = more
        self._uploads.append(more.key)
        return more

    def _room_for_more(self) -> None:
        if len(self._uploads) == MOST_UPLOADS:
            raise ManyoError("too many recipes are open", where="recipe", hint="start `manyo explore` again")

    def _own(self) -> bool:
        """Read the release's own rules; whether that could be done."""
        manifest = self._ledger.manifest
        said = manifest.get("rule_set", {})
        name = str(said.get("name") or manifest.get("recipe", {}).get("name") or OWN)
        if name in judge.recipes() and judge.load(name).digest == said.get("digest"):
            self._keep(OWN, judge.load(name), extends=name)
            return True
        rules = [
            {key: value for key, value in rule.items() if value is not None and (key, value) != ("measure", COLUMN)}
            for rule in manifest.get("rules", [])
        ]
        edits = {when: said[when] for when in ("before", "after") if said.get(when)}
        try:
            self._keep(OWN, judge.load({"name": name, "rule": rules, "edits": edits}, self._ledger.measures))
        except ManyoError:  # a list of hosts that lies elsewhere, or a rule of another version
            return False
        return True

    def _keep(self, key: str, rules: judge.RuleSet, *, extends: str = "") -> Base:
        present = self._ledger.columns
        missing = [rule for rule in rules.rules if self._ledger.parts and not set(rule.needs) <= present]
        there = tuple(rule for rule in rules.rules if rule not in missing)
        if not there:
            raise ManyoError(
                f"the ledger has nothing that the recipe {rules.name!r} looks at",
                where=str(self._ledger.folder),
                hint="build the release again with this version of Manyo",
            )
        held = replace(rules, rules=there)
        base = Base(key, held, tuple(rule.name for rule in missing), extends)
        self._read[key] = base
        return base


def written(base: Base, setting: Setting, name: str, measures: Mapping[str, Measure], note: str = "") -> str:
    """The recipe that a setting makes, as the text of a TOML file. `note` becomes a comment at its head.

    Rules that this ledger could not measure are switched off in it, as they were on the page. Read again it is the same
    recipe: that is checked here. Raises `ManyoError` where it is not, and for a name or setting that is not possible.
    """
    rules = setting.rules(base.rules, measures)
    text = "".join(f"# {line}\n" for line in note.splitlines())
    text += f"name = {_toml(name)}\n"
    if base.extends:
        text += f"extends = {_toml(base.extends)}\n"
        own = [rule.name for rule in base.rules.rules if rule.name not in base.added]
        off = [name for name in own if name in setting.disabled] + list(base.unmeasured)
        if off:
            text += f"disable = {_toml(off)}\n"
        before = {rule.name: rule for rule in base.rules.rules}
        moved = [
            f"{rule.name}.{end} = {_toml(getattr(rule, end))}\n"
            for rule in rules.rules
            for end in _THRESHOLDS
            if rule.name in own and getattr(rule, end) != getattr(before[rule.name], end)
        ]
        text += "\n[thresholds]\n" + "".join(moved) if moved else ""
        text += "".join(_table(rule.to_dict()) for rule in rules.rules if rule.name in base.added)
    else:
        contents = rules.to_dict(paths=True)
        text += "".join(f"{key} = {_toml(contents[key])}\n" for key in ("description", "words") if contents.get(key))
        if "edits" in contents:
            text += "\n[edits]\n" + "".join(f"{when} = {_toml(some)}\n" for when, some in contents["edits"].items())
        text += "".join(map(_table, contents["rule"]))
    again = judge.load(tomllib.loads(text), measures)
    if again.digest != rules.digest:
        raise ManyoError(
            "the recipe does not read as it was set",
            where=name,
            hint="what it extends has changed since the page was opened: start `manyo explore` again",
        )
    return text


def _table(rule: Mapping[str, Any]) -> str:
    lines = ["\n[[rule]]\n"]
    for key, value in rule.items():
        if isinstance(value, Mapping):
            lines += [f"{key}.{inner} = {_toml(text)}\n" for inner, text in value.items()]
        else:
            lines.append(f"{key} = {_toml(value)}\n")
    return "".join(lines)


def _toml(value: Any) -> str:
    """A value as TOML writes it: JSON's strings are TOML's, but for DEL, and so are its numbers.

    >>> _toml("行\\n\\x7f"), _toml(100), _toml(100.0), _toml(1e-07), _toml(["a"])
    ('"行\\\\n\\\\u007F"', '100', '100.0', '1e-07', '["a"]')
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
