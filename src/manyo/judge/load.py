"""A recipe is read, checked and, where it extends another, put together.

The TOML of a recipe:

    name = "town"
    description = "市町村のページ向け"
    extends = "manyo"                 # a recipe of Manyo's, or a file beside this one
    disable = ["many_short_lines"]
    words = "sudachi"                 # the tokenizer for measures of words, where rules look at such

    [thresholds]
    too_short.min = 400               # and, for another reason than the old one's, too_short.source

    [[rule]]
    name = "many_digits"
    measure = "digit_share"
    max = 0.2
    why.ja = "数字が多すぎる"
    why.en = "too many digits"
    source = "own judgement"

    [[rule]]
    name = "shops"
    hosts_refused = ["shop.example.jp"]   # or hosts_refused_file, hosts_allowed, hosts_allowed_file

    [edits]
    before = ["strip_urls"]           # before measuring; what a recipe does not name, it takes from what it extends
    after = ["cut_footer"]            # of what is kept

`measure` may be an expression, such as "full_stops / characters". Whatever is wrong ends in a `ManyoError` that names the
file and the key, and for a name that does not exist the nearest that does.
"""

from __future__ import annotations

import difflib
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from manyo.edit.catalogue import EDITS
from manyo.errors import ManyoError
from manyo.judge import hosts
from manyo.judge.known import known as known_measures
from manyo.judge.rules import Rule, RuleSet, ranges
from manyo.measure.catalogue.entry import Measure
from manyo.measure.catalogue.tokens import TOKENIZERS

RECIPE_KEYS: Final = ("name", "description", "extends", "disable", "thresholds", "rule", "edits", "words")
HOST_KEYS: Final = ("hosts_refused", "hosts_allowed", "hosts_refused_file", "hosts_allowed_file")
RULE_KEYS: Final = ("name", "measure", "min", "max", *HOST_KEYS, "hosts_digest", "why", "source")
LANGUAGES: Final = ("ja", "en")
WHEN: Final = ("before", "after")
MOST_BYTES: Final = 1 << 20  # of a recipe's file
MOST_ABOVE: Final = 20  # recipes that extend one another


def recipes() -> list[str]:
    """The names of Manyo's own recipes."""
    return sorted(item.name.removesuffix(".toml") for item in _folder().iterdir() if item.name.endswith(".toml"))


def load(
    source: str | Path | Mapping[str, Any], known: Mapping[str, Measure] | None = None, *, folder: str | Path = ""
) -> RuleSet:
    """Read and check a recipe: one of Manyo's by name, a TOML file, or the same keys as a dictionary.

    A string is a file when it ends in .toml or holds a path separator. `known` are the measures that rules may name,
    all that a ledger can have unless it is given. `folder` is where the files that a dictionary names are looked for;
    those that a file names are looked for beside it.

    >>> load("manyo").name
    'manyo'
    >>> load("manio")
    Traceback (most recent call last):
    manyo.errors.ManyoError: there is no recipe 'manio'
      where: recipe
      to do: did you mean 'manyo'? A file's name ends in .toml

    Raises `ManyoError` for whatever is wrong with it.
    """
    return _load(source, _Place(known_measures() if known is None else known, Path(folder), ()))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a recipe is read: which measures there are, where its files lie, and what extends it."""

    known: Mapping[str, Measure]
    folder: Path
    above: tuple[str, ...]


def _load(source: str | Path | Mapping[str, Any], place: _Place) -> RuleSet:
    folder, above = place.folder, place.above
    if isinstance(source, Mapping):
        return _assemble(source, "recipe", place)
    if isinstance(source, str) and not source.endswith(".toml") and "/" not in source and "\\" not in source:
        if source not in recipes():
            raise _unknown(
                "recipe", source, recipes(), where=above[-1] if above else "recipe", more="A file's name ends in .toml"
            )
        where, text, folder = source, (_folder() / f"{source}.toml").read_text("utf-8"), Path()
    else:
        path = folder / source
        where, text, folder = str(path), _read(path), path.parent
    if where in above:
        hint = "let one of them stand without extends"
        raise ManyoError("recipes extend each other in a circle", where=" -> ".join([*above, where]), hint=hint)
    if len(above) == MOST_ABOVE:
        raise ManyoError(f"more than {MOST_ABOVE} recipes extend one another", where=where, hint="put them together")
    try:
        contents = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, numbers of thousands of digits, endless nesting
        raise ManyoError(
            f"this is not TOML: {error}", where=where, hint="a half-written file looks like this too"
        ) from None
    return _assemble(contents, where, _Place(place.known, folder, (*above, where)))


def _folder() -> Any:
    return files("manyo.judge") / "recipes"


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # a device or a pipe could be read for ever
            raise ManyoError("this is no ordinary file", where=str(path), hint="a recipe is a TOML file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            hint = "names of hosts may stand in a file of their own: hosts_refused_file"
            raise ManyoError(f"this file is larger than {MOST_BYTES >> 10:,} KiB", where=str(path), hint=hint)
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        raise ManyoError("this file is not UTF-8 text", where=str(path), hint="a recipe is a TOML file") from None
    except IsADirectoryError:
        raise ManyoError("this is a folder", where=str(path), hint="name the recipe's file") from None
    except FileNotFoundError:
        raise ManyoError("there is no file here", where=str(path), hint="check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        hint = "check the path and your rights to it"
        raise ManyoError(f"this file cannot be read: {error}", where=str(path), hint=hint) from None


def _assemble(contents: Mapping[str, Any], where: str, place: _Place) -> RuleSet:
    _check_keys(contents, RECIPE_KEYS, where)
    name = _text(contents, "name", where, required=True)
    base = RuleSet("", "", ())
    if "extends" in contents:
        base = _load(_text(contents, "extends", where, required=True), place)
    rules = {rule.name: rule for rule in base.rules}
    for key in ("disable", "thresholds"):
        if contents.get(key) and not rules:
            raise ManyoError(f"{key} needs a recipe to change", where=f"{where}: {key}", hint='add extends = "manyo"')
    for disabled in _list(contents, "disable", where):
        if not isinstance(disabled, str) or disabled not in rules:
            raise _unknown("rule", disabled, rules, where=f"{where}: disable")
        del rules[disabled]
    for changed, limits in _table(contents, "thresholds", where).items():
        at = f"{where}: thresholds.{changed}"
        if changed not in rules:
            raise _unknown("rule", changed, rules, where=at)
        rules[changed] = _changed(rules[changed], limits, at, place)
    for number, entry in enumerate(_list(contents, "rule", where), 1):
        rule = _rule(entry, f"{where}: rule {number}", place)
        if rule.name in rules:
            raise ManyoError(
                f"there are two rules {rule.name!r}",
                where=f"{where}: rule {number}",
                hint=f"to change one that is extended, write thresholds.{rule.name}.min or .max",
            )
        rules[rule.name] = rule
    if not rules:
        raise ManyoError("this recipe has no rules", where=where, hint="add [[rule]] or extends")
    edits = _table(contents, "edits", where)
    _check_keys(edits, WHEN, f"{where}: edits")
    before, after = (_edits(edits, key, where) if key in edits else getattr(base, key) for key in WHEN)
    words = _text(contents, "words", where) if "words" in contents else base.words
    if words and words not in TOKENIZERS:
        raise _unknown("tokenizer", words, TOKENIZERS, where=f"{where}: words")
    found = RuleSet(name, _text(contents, "description", where), tuple(rules.values()), before, after, words)
    return found if found.extras else replace(found, words="")  # what no rule looks at need not be measured


def _edits(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    at = f"{where}: edits"
    names = _list(table, key, at)
    for number, name in enumerate(names):
        if not isinstance(name, str) or name not in EDITS:
            raise _unknown("edit", name, EDITS, where=f"{at}.{key}")
        if name in names[:number]:
            raise ManyoError(f"the edit {name!r} stands here twice", where=f"{at}.{key}", hint="name it once")
    return tuple(names)


def _changed(rule: Rule, limits: Any, where: str, place: _Place) -> Rule:
    if not isinstance(limits, Mapping):
        hint = f"write {rule.name}.min = ... or {rule.name}.max = ..."
        raise ManyoError("a threshold is min or max", where=where, hint=hint)
    _check_keys(limits, ("min", "max", "source"), where)
    if rule.hosts is not None:
        hint = f'write disable = ["{rule.name}"], and a rule of your own'
        raise ManyoError("this rule is about hosts and has no threshold", where=where, hint=hint)
    low, high = (_number(limits, key, where) if key in limits else getattr(rule, key) for key in ("min", "max"))
    return _checked(
        replace(rule, min=low, max=high, source=_text(limits, "source", where) or rule.source), where, place
    )


def _rule(entry: Any, where: str, place: _Place) -> Rule:
    if not isinstance(entry, Mapping):
        raise ManyoError("a rule is a table", where=where, hint="write it under [[rule]]")
    if isinstance(entry.get("name"), str):
        where = f"{where} ({entry['name']})"
    _check_keys(entry, RULE_KEYS, where)
    why = _table(entry, "why", where)
    _check_keys(why, LANGUAGES, f"{where}: why")
    listed = _hosts(entry, where, place)
    rule = Rule(
        name=_text(entry, "name", where, required=True),
        measure=hosts.COLUMN if listed else _text(entry, "measure", where, required=True).strip(),
        min=_number(entry, "min", where),
        max=_number(entry, "max", where),
        why_ja=_text(why, "ja", f"{where}: why"),
        why_en=_text(why, "en", f"{where}: why"),
        source=_text(entry, "source", where),
        hosts=listed,
    )
    return rule if listed else _checked(rule, where, place)


def _hosts(entry: Mapping[str, Any], where: str, place: _Place) -> hosts.Hosts | None:
    """The list of a rule about hosts, None for a rule about a measure."""
    found = [key for key in HOST_KEYS if key in entry]
    if not found:
        if "hosts_digest" in entry:
            raise ManyoError("hosts_digest goes with a file of hosts", where=where, hint="leave it out")
        return None
    beside = [key for key in ("measure", "min", "max", *found[1:]) if key in entry]
    if beside:
        what = f"{found[0]} and {beside[0]} cannot stand in one rule"
        raise ManyoError(what, where=where, hint="make two rules of it")
    key, at = found[0], f"{where}: {found[0]}"
    allowed = key.startswith("hosts_allowed")
    if not key.endswith("_file"):
        names = _list(entry, key, where)
        if not names or not all(isinstance(name, str) for name in names):
            raise ManyoError(f"{key} must be a list of hosts", where=at, hint=f'such as {key} = ["example.jp", "com"]')
        return hosts.of_names(names, allowed=allowed, where=at)
    listed = hosts.of_file(_text(entry, key, where, required=True), place.folder, allowed=allowed, where=at)
    if _text(entry, "hosts_digest", where) not in ("", listed.digest):
        what = "the list of hosts is not the one that this recipe was made with"
        raise ManyoError(what, where=f"{at}: {listed.path}", hint="put the list back, or remove hosts_digest")
    return listed


def _checked(rule: Rule, where: str, place: _Place) -> Rule:
    """The rule, if its measures are known and its thresholds can both pass and fail some document."""
    try:
        needs = rule.needs
    except ManyoError as error:
        raise ManyoError(error.what, where=f"{where}: measure", hint=error.hint) from None
    for name in needs:
        if name not in place.known:
            raise _unknown("measure", name, place.known, where=f"{where}: measure")
    if rule.min is None and rule.max is None:
        raise ManyoError("this rule has no threshold", where=where, hint="give it min, max or both")
    if rule.min is not None and rule.max is not None and rule.min > rule.max:
        said = f"min {rule.min:g} is more than max {rule.max:g}: nothing could pass"
        raise ManyoError(said, where=where, hint=f"lower min, raise max, or disable {rule.name}")
    least, most = ranges(place.known, rule)
    unit = f" ({place.known[rule.measure].unit})" if rule.measure in place.known else ""
    for key, limit in (("min", rule.min), ("max", rule.max)):
        if limit is not None and not least <= limit <= most:
            raise ManyoError(
                f"the threshold {key} = {limit:g} is impossible",
                where=f"{where}: {key}",
                hint=f"{rule.measure} lies between {least:g} and {most:g}{unit}",
            )
    return rule


def _check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise _unknown("key", str(key), known, where=where)


def _unknown(what: str, name: Any, known: Iterable[str], *, where: str, more: str = "") -> ManyoError:
    known = list(known)
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}{'.' if more else ''}"
    return ManyoError(f"there is no {what} {name!r}", where=where, hint=f"{hint} {more}".strip())


def _text(table: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ManyoError(f"{key} must be text, not {value!r}", where=f"{where}: {key}", hint=f'write {key} = "..."')
    if required and not value.strip():
        raise ManyoError(f"{key} is missing", where=where, hint=f'add {key} = "..."')
    return value


def _list(table: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise ManyoError(f"{key} must be a list", where=f"{where}: {key}", hint="write it in square brackets")
    return value


def _table(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        hint = f"write {key}.NAME = ..., or [{key}] with names below it"
        raise ManyoError(f"{key} must be a table, not {value!r}", where=f"{where}: {key}", hint=hint)
    return value


def _number(table: Mapping[str, Any], key: str, where: str) -> float | None:
    if key not in table:
        return None
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = f"write a number without quotation marks, such as {key} = 0.5"
        raise ManyoError(f"{key} must be a number, not {value!r}", where=f"{where}: {key}", hint=hint)
    if not abs(value) <= sys.float_info.max:  # NaN, infinities, and whole numbers that no float holds
        raise ManyoError(
            f"{key} = {str(value)[:20]} is no threshold", where=f"{where}: {key}", hint="leave the key out"
        )
    return value
