"""What the rooms have to say about a recipe, before anything runs: whatever a person can put right is found here."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from manyo import engine, judge, protect, release
from manyo import recipe as recipes
from manyo.dedupe.items import FORMATS
from manyo.errors import ManyoError
from manyo.indexing import Earlier, earlier
from manyo.judge.known import extra
from manyo.judge.known import known as known_measures
from manyo.measure import segmenters
from manyo.measure.settings import Settings as Measuring


@dataclass(frozen=True)
class BenchmarkFile:
    """A file of evaluation items: as the recipe names it, where it lies, and its SHA-256."""

    given: str
    path: Path
    sha256: str

    @property
    def located(self) -> dict[str, str]:
        """For a task."""
        return {"path": str(self.path.absolute()), "sha256": self.sha256}


def earlier_releases(recipe: recipes.Recipe) -> tuple[Earlier, ...]:
    """The releases that the recipe is built against, each once, and their indexes, where they have some, of use."""
    found: dict[str, Earlier] = {}
    for given in recipe.against:
        one = earlier(Path(recipe.base, os.path.expanduser(given)))  # noqa: PTH111  # `expanduser` of os.path never raises
        one.index(recipe.dedupe)
        found.setdefault(one.digest, one)
    return tuple(found.values())


def benchmark_files(recipe: recipes.Recipe) -> dict[str, tuple[BenchmarkFile, ...]]:
    """The files of evaluation items. Raises `ManyoError` for one that cannot be read."""
    found = {}
    for name, files in recipe.decontaminate.files().items():
        where = f"{recipe.where}, [decontaminate.benchmarks] {name}"
        located = []
        for given in files:
            path = Path(recipe.base, os.path.expanduser(given))  # noqa: PTH111  # `expanduser` of os.path never raises
            if not path.name.lower().removesuffix(".gz").endswith(FORMATS):
                hint = f"a benchmark is a file that ends in one of {', '.join(FORMATS)}, .gz behind it or not"
                raise ManyoError("this is no benchmark file", where=f"{where}: {given}", hint=hint)
            try:
                located.append(BenchmarkFile(given, path, engine.sha256(path)))
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise ManyoError(
                    f"the benchmark cannot be read: {reason}",
                    where=f"{where}: {given}",
                    hint="paths start from the recipe's folder",
                ) from None
        found[name] = tuple(located)
    return found


def _clean(recipe: recipes.Recipe, rules: judge.RuleSet) -> judge.RuleSet:
    """The rules, with one for each benchmark whose texts refuse a document."""
    if not recipe.decontaminate.on or recipe.decontaminate.cuts:
        return rules
    known = {rule.name for rule in rules.rules}
    added = []
    for name in recipe.decontaminate.benchmarks:
        if f"in_{name}" in known:
            where = f"[decontaminate.benchmarks] {name}"
            raise ManyoError(f"there is a rule in_{name} already", where=where, hint="rename the benchmark")
        why = f"評価データ「{name}」と同じ文章を含む", f"has a passage of the benchmark {name}"
        added.append(judge.Rule(f"in_{name}", f"{name}_overlap", max=0.0, why_ja=why[0], why_en=why[1]))
    return replace(rules, rules=(*rules.rules, *added))


def check(recipe: recipes.Recipe) -> tuple[Measuring, judge.RuleSet]:
    """What the rooms have to say about the recipe: what it measures, and its rules.

    Where it names no tokenizer and its rules look at words, that of the rules measures.
    """
    with checking(recipe.where):
        lists = _lists(recipe)
        benchmarks = tuple(recipe.decontaminate.benchmarks)
        rules = _rules(recipe, Measuring(lists, recipe.measure.words, recipe.lines.on, benchmarks))
        words = recipe.measure.words or rules.words
        if words and words == rules.words:
            rules.require(segmenters.installed())
        measuring = Measuring(lists, words, recipe.lines.on, benchmarks)
        if measuring.words:
            segmenters.load(measuring.words)  # now rather than in every worker
        _all_measured(rules, measuring)
        release.data_schema(measuring.fields, recipe.release.quality)
        for kind in recipe.protect.kinds:
            if kind not in protect.KINDS:
                near = difflib.get_close_matches(kind, protect.KINDS, n=1)
                raise ManyoError(
                    f"there is no kind of personal information called {kind!r}",
                    where="[protect] kinds",
                    hint=f"did you mean {near[0]!r}?" if near else f"the kinds are {', '.join(protect.KINDS)}",
                )
    return measuring, _clean(recipe, rules)


@contextmanager
def checking(file: str) -> Iterator[None]:
    """A room knows its settings, and not the file that they stand in."""
    try:
        yield
    except ManyoError as error:
        raise ManyoError(error.what, where=f"{file}, {error.where}", hint=error.hint) from None


def _lists(recipe: recipes.Recipe) -> dict[str, str]:
    """The texts of the user's word lists, by name."""
    texts = {}
    for name, path in recipe.measure.lists.items():
        where = f"[measure] lists.{name}"
        if not isinstance(path, str) or not path:
            raise ManyoError(f"{path!r} is no file", where=where, hint=f'write {name} = "words.txt"')
        try:
            texts[name] = Path(recipe.base, path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ManyoError("the list is not UTF-8 text", where=f"{where}: {path}", hint="save it as UTF-8") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ManyoError(
                f"the list cannot be read: {reason}",
                where=f"{where}: {path}",
                hint="paths start from the recipe's folder",
            ) from None
    return texts


def _rules(recipe: recipes.Recipe, measuring: Measuring) -> judge.RuleSet:
    known = {**known_measures(), **measuring.measures}
    name = recipe.judge.rules
    if name.endswith(".toml"):
        name = str(Path(recipe.base) / name)
    changes = {"thresholds": dict(recipe.judge.thresholds), "disable": list(recipe.judge.disable)}
    try:
        if not recipe.judge.thresholds and not recipe.judge.disable:
            rules = judge.load(name, known)
        else:
            rules = judge.load({"name": recipe.name, "extends": name, **changes}, known)
    except ManyoError as error:
        # There, "recipe" is a set of rules that has no file: here, the section that asks for it.
        where = error.where.removeprefix("recipe").removeprefix(": ")
        raise ManyoError(error.what, where=f"[judge] {where or 'rules'}", hint=error.hint) from None
    return rules


def _all_measured(rules: judge.RuleSet, measuring: Measuring) -> None:
    for need in rules.needs:
        if need in known_measures() and extra(known_measures()[need]) and need not in measuring.measures:
            raise ManyoError(
                f"the rules of {rules.name!r} need measures by words, such as {need!r}",
                where="[measure] words",
                hint="write words = \"sudachi\" under [measure], and run: pip install 'manyo[words]'",
            )
