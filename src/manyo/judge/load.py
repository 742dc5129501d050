"""A recipe is read, checked and, where it extends another, put together.

The TOML of a recipe:

    name = "town"
    description = "市町村のページ向け"
    extends = "manyo"                 # a recipe of Manyo's, or a file beside this one
    disable = ["many_short_lines"]

    [thresholds]
    too_short.min = 400

    [[rule]]
    name = "many_digits"
    measure = "digit_share"
    max = 0.2
    why.ja = "数字が多すぎる"
    why.en = "too many digits"
    source = "own judgement"

Whatever is wrong ends in a `ManyoError` that names the file and the key, and for a name that does not exist the
nearest that does.
"""

from __future__ import annotations

import difflib
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from manyo.errors import ManyoError
from manyo.judge.rules import Rule, RuleSet
from manyo.measure.catalogue import MEASURES

RECIPE_KEYS: Final = ("name", "description", "extends", "disable", "thresholds", "rule")
RULE_KEYS: Final = ("name", "measure", "min", "max", "why", "source")
LANGUAGES: Final = ("ja", "en")


def recipes() -> list[str]:
    """The names of Manyo's own recipes."""
    return sorted(item.name.removesuffix(".toml") for item in _folder().iterdir() if item.name.endswith(".toml"))


def load(source: str | Path | Mapping[str, Any]) -> RuleSet:
    """Read and check a recipe: one of Manyo's by name, a TOML file, or the same keys as a dictionary.

    A string is a file when it ends in .toml or holds a path separator.

    >>> load("manyo").name
    'manyo'
    >>> load("manio")
    Traceback (most recent call last):
    manyo.errors.ManyoError: there is no recipe 'manio'
      where: recipe
      to do: did you mean 'manyo'? A file's name ends in .toml

    Raises `ManyoError` for whatever is wrong with it.
    """
    return _load(source, Path(), ())


def _load(source: str | Path | Mapping[str, Any], folder: Path, above: tuple[str, ...]) -> RuleSet:
    if isinstance(source, Mapping):
        return _assemble(source, "recipe", folder, above)
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
    try:
        contents = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, numbers of thousands of digits, endless nesting
        raise ManyoError(
            f"this is not TOML: {error}", where=where, hint="a half-written file looks like this too"
        ) from None
    return _assemble(contents, where, folder, (*above, where))


def _folder() -> Any:
    return files("manyo.judge") / "recipes"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ManyoError("this file is not UTF-8 text", where=str(path), hint="a recipe is a TOML file") from None
    except IsADirectoryError:
        raise ManyoError("this is a folder", where=str(path), hint="name the recipe's file") from None
    except FileNotFoundError:
        raise ManyoError("there is no file here", where=str(path), hint="check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        hint = "check the path and your rights to it"
        raise ManyoError(f"this file cannot be read: {error}", where=str(path), hint=hint) from None


def _assemble(contents: Mapping[str, Any], where: str, folder: Path, above: tuple[str, ...]) -> RuleSet:
    _check_keys(contents, RECIPE_KEYS, where)
    name = _text(contents, "name", where, required=True)
    rules: dict[str, Rule] = {}
    if "extends" in contents:
        base = _load(_text(contents, "extends", where, required=True), folder, above)
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
        if not isinstance(limits, Mapping):
            raise ManyoError(
                "a threshold is min or max", where=at, hint=f"write {changed}.min = ... or {changed}.max = ..."
            )
        _check_keys(limits, ("min", "max"), at)
        rule = rules[changed]
        low, high = (_number(limits, key, at) if key in limits else getattr(rule, key) for key in ("min", "max"))
        rules[changed] = _checked(replace(rule, min=low, max=high), at)
    for number, entry in enumerate(_list(contents, "rule", where), 1):
        rule = _rule(entry, f"{where}: rule {number}")
        if rule.name in rules:
            raise ManyoError(
                f"there are two rules {rule.name!r}",
                where=f"{where}: rule {number}",
                hint=f"to change one that is extended, write thresholds.{rule.name}.min or .max",
            )
        rules[rule.name] = rule
    if not rules:
        raise ManyoError("this recipe has no rules", where=where, hint="add [[rule]] or extends")
    return RuleSet(name, _text(contents, "description", where), tuple(rules.values()))


def _rule(entry: Any, where: str) -> Rule:
    if not isinstance(entry, Mapping):
        raise ManyoError("a rule is a table", where=where, hint="write it under [[rule]]")
    if isinstance(entry.get("name"), str):
        where = f"{where} ({entry['name']})"
    _check_keys(entry, RULE_KEYS, where)
    measure = _text(entry, "measure", where, required=True)
    if measure not in MEASURES:
        raise _unknown("measure", measure, MEASURES, where=f"{where}: measure")
    why = _table(entry, "why", where)
    _check_keys(why, LANGUAGES, f"{where}: why")
    rule = Rule(
        name=_text(entry, "name", where, required=True),
        measure=measure,
        min=_number(entry, "min", where),
        max=_number(entry, "max", where),
        why_ja=_text(why, "ja", f"{where}: why"),
        why_en=_text(why, "en", f"{where}: why"),
        source=_text(entry, "source", where),
    )
    return _checked(rule, where)


def _checked(rule: Rule, where: str) -> Rule:
    """The rule, if its thresholds can both pass and fail some document."""
    measure = MEASURES[rule.measure]
    if rule.min is None and rule.max is None:
        raise ManyoError("this rule has no threshold", where=where, hint="give it min, max or both")
    if rule.min is not None and rule.max is not None and rule.min > rule.max:
        said = f"min {rule.min:g} is more than max {rule.max:g}: nothing could pass"
        raise ManyoError(said, where=where, hint=f"lower min, raise max, or disable {rule.name}")
    for key, limit in (("min", rule.min), ("max", rule.max)):
        if limit is not None and not measure.least <= limit <= measure.most:
            raise ManyoError(
                f"the threshold {key} = {limit:g} is impossible",
                where=f"{where}: {key}",
                hint=f"{rule.measure} lies between {measure.least:g} and {measure.most:g} ({measure.unit})",
            )
    return rule


def _check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise _unknown("key", str(key), known, where=where)


def _unknown(what: str, name: Any, known: Iterable[str], *, where: str, more: str = "") -> ManyoError:
    known = list(known)
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
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
