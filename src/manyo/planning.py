"""All that is decided before any work: a checked recipe, and where its documents come from.

Documents come from the recipe's inputs (`plan_build`), or from what an earlier release keeps of them (`plan_reissue`):
then nothing is read, decoded or masked again, and only what the recipe decides is decided anew.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa

from manyo import collect, engine, judge, protect, release
from manyo import recipe as recipes
from manyo.dedupe.items import FORMATS
from manyo.errors import ManyoError
from manyo.indexing import Earlier, earlier
from manyo.judge.known import extra
from manyo.judge.known import known as known_measures
from manyo.measure import segmenters
from manyo.measure.settings import Settings as Measuring
from manyo.release import manifest
from manyo.stages.findings import damage
from manyo.version import VERSION

_PARTITION_BYTES: Final = 256 << 20  # of input for each partition of the band keys
_MOST_PARTITIONS: Final = 1024


class Origin(Protocol):
    """Where documents come from."""

    @property
    def size(self) -> int:
        """Bytes of the whole input as stored."""

    @property
    def names(self) -> list[str]:
        """What errors call the input."""

    @property
    def identity(self) -> Mapping[str, str]:
        """What may not differ between a build and its continuation, by input."""

    def tasks(self, rules: judge.RuleSet, judging: Mapping[str, Any], reads: tuple[str, ...]) -> list[engine.Task]:
        """The tasks of the stage "read"; `judging` are the arguments that every one takes, `reads` what they read."""

    def inputs(self, done: engine.Seal) -> list[dict[str, Any]]:
        """What the manifest says of the inputs, now that they have been read."""


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


@dataclass(frozen=True)
class Plan:
    """Pure data: the same plan gives the same release."""

    recipe: recipes.Recipe
    measuring: Measuring
    rules: judge.RuleSet
    origin: Origin
    against: tuple[Earlier, ...] = ()  # releases whose documents are not to come again
    benchmarks: Mapping[str, tuple[BenchmarkFile, ...]] = field(default_factory=dict)  # what texts are kept clean of

    @property
    def partitions(self) -> int:
        """Enough that the band keys of one fit into a worker's memory; a function of the input alone."""
        return min(_MOST_PARTITIONS, max(1, -(-self.origin.size // _PARTITION_BYTES)))

    @property
    def judging(self) -> dict[str, Any]:
        """What a task is told that measures, judges and signs."""
        return {
            "measuring": self.measuring.to_dict(),
            "rules": self.rules.to_dict(paths=True),
            "near": asdict(self.recipe.dedupe),
            "partitions": self.partitions,
            "decontaminate": self.decontaminating,
        }

    @property
    def decontaminating(self) -> dict[str, Any] | None:
        """What texts are kept clean of, for the tasks and the manifest; None where of nothing."""
        asked = self.recipe.decontaminate
        if not asked.on:
            return None
        return {
            "benchmarks": {name: [file.sha256 for file in files] for name, files in self.benchmarks.items()},
            "columns": list(asked.columns),
            "action": asked.action,
            "characters": asked.characters,
            "shortest": asked.shortest,
        }

    @property
    def collecting(self) -> dict[str, Any]:
        """The arguments of the stage "needles"."""
        asked = self.recipe.decontaminate
        files = {name: [file.located for file in files] for name, files in self.benchmarks.items()}
        return {
            "benchmarks": files,
            "columns": list(asked.columns),
            "characters": asked.characters,
            "shortest": asked.shortest,
        }

    def tasks(self, reads: tuple[str, ...] = ()) -> list[engine.Task]:
        """The tasks of the stage "read"; `reads` are the digests of what they read."""
        lines = asdict(self.recipe.lines) if self.recipe.lines.on else None
        return self.origin.tasks(self.rules, {**self.judging, "lines": lines}, reads)

    @property
    def identity(self) -> dict[str, Any]:
        """What may not differ between a build and its continuation."""
        return {
            "manyo": VERSION,
            "recipe": self.recipe.to_dict(),
            "rules": self.rules.digest,
            "lists": list_digests(self.measuring.lists),
            "benchmarks": self.decontaminating or {},
            "against": {earlier.label: earlier.digest for earlier in self.against},
            "inputs": dict(self.origin.identity),
        }

    @property
    def fingerprint(self) -> str:
        """Covers the code: another version, or a library that computes or writes otherwise, redoes the work."""
        return f"manyo {VERSION}, numba {version('numba')}, pyarrow {pa.__version__}"


def list_digests(lists: Mapping[str, str]) -> dict[str, str]:
    """What the manifest says of a user's word lists: the SHA-256 of each, by name."""
    return {name: sha256(text.encode()).hexdigest() for name, text in lists.items()}


def plan_build(recipe: recipes.Recipe) -> Plan:
    """Check what the rooms have to say about the recipe, then look at the inputs."""
    measuring, rules = _check(recipe)
    sources = collect.find(recipe.inputs, base=recipe.base, columns=asdict(recipe.columns))
    shards = collect.plan(sources, shard_bytes=recipe.engine.shard)
    return Plan(recipe, measuring, rules, _Inputs(recipe, sources, shards), _earlier(recipe), _benchmarks(recipe))


@dataclass(frozen=True)
class _Inputs:
    """The recipe's inputs, cut into shards."""

    recipe: recipes.Recipe
    sources: list[collect.Source]
    shards: list[collect.Shard]

    @property
    def size(self) -> int:
        return sum(source.size for source in self.sources)

    @property
    def names(self) -> list[str]:
        return [source.file for source in self.sources]

    @property
    def identity(self) -> Mapping[str, str]:
        return {source.file: f"{source.size} bytes, {source.fingerprint}" for source in self.sources}

    def tasks(self, rules: judge.RuleSet, judging: Mapping[str, Any], reads: tuple[str, ...]) -> list[engine.Task]:
        arguments = {
            **judging,
            "reading": asdict(self.recipe.read),
            "kinds": list(self.recipe.protect.kinds),
            "page": self.recipe.engine.page,
            "batch": self.recipe.engine.batch,
        }
        function = "manyo.stages.reading:read_shard"
        return [
            engine.Task("read", shard.number, function, {"shard": shard.to_json(), **arguments}, reads)
            for shard in self.shards
        ]

    def inputs(self, done: engine.Seal) -> list[dict[str, Any]]:
        """Names, sizes and checksums, and no times: a copy gives the same release.

        A file that was read in several ranges has the SHA-256 of each, and as its fingerprint that of their list.
        """
        ranges: dict[str, list[str]] = {source.file: [] for source in self.sources}
        for shard, commit in zip(self.shards, done.commits, strict=True):
            for piece, digest in zip(shard.pieces, commit.statistics.get("inputs", []), strict=False):
                ranges[piece.source.file] += [digest] if digest else []
        rows = []
        for source in self.sources:
            digests = ranges[source.file]
            whole = digests[0] if len(digests) == 1 else sha256("\n".join(digests).encode()).hexdigest()
            row = {"file": source.file, "size": source.size, "format": source.format, "fingerprint": f"sha256:{whole}"}
            rows.append(row | ({"ranges": digests} if len(digests) > 1 else {}))
        return rows


def plan_reissue(folder: str | Path, recipe: str | Path) -> Plan:
    """The plan of another release from the documents that the work folder of the one in `folder` keeps.

    `recipe` is a build's recipe (a file that names inputs), or what `[judge] rules` takes. Raises `ManyoError` when
    `folder` is no release, was made by another version, has lost its work folder, or when the recipe asks for another
    reading than the documents had.
    """
    whole = manifest.read(folder)
    with _checking(f"{engine.below(folder, manifest.NAME)}, recipe"):
        made = recipes.parse(whole.get("recipe", {}))
    wanted = _wanted(made, recipe)
    origin = _Kept(folder, whole)
    plan = Plan(wanted, *_check(wanted), origin, _earlier(wanted), _benchmarks(wanted))
    if whole.get("made_with") != plan.fingerprint:
        raise ManyoError(
            f"this release was made with {whole.get('made_with')}, and this is {plan.fingerprint}",
            where=str(folder),
            hint="build it again from its inputs: another version may read and measure otherwise",
        )
    if not origin.commits:
        raise ManyoError(
            "the documents of this release are not kept: its work folder is gone",
            where=str(engine.below(folder, engine.WORK)),
            hint="build from the inputs; a work folder is kept until somebody removes it",
        )
    return plan


def _wanted(made: recipes.Recipe, asked: str | Path) -> recipes.Recipe:
    """The recipe of the new release; `made` is the one that the documents were read with."""
    if not str(asked).endswith(".toml") or not recipes.names_inputs(asked):
        judging = recipes.Judge(rules=str(asked))
        return replace(made, judge=judging, base=str(Path.cwd()), where=str(asked))
    wanted = recipes.load(asked)
    mine, its = wanted.to_dict(), made.to_dict()
    for section in ("inputs", "columns", "read", "protect", "engine"):
        if mine[section] != its[section]:
            raise ManyoError(
                f"the documents were read with other settings under {section!r}",
                where=f"{asked}: {mine[section]}, and in the release {its[section]}",
                hint="build from the inputs, or make the two the same",
            )
    return wanted


@dataclass(frozen=True)
class _Kept:
    """What the read stage of an earlier release left in its work folder."""

    folder: str | Path
    manifest: Mapping[str, Any]

    @cached_property
    def store(self) -> engine.Store:
        return engine.open_store(engine.below(self.folder, engine.WORK))

    @cached_property
    def commits(self) -> tuple[engine.Commit, ...]:
        if not engine.is_url(self.folder) and not Path(self.folder, engine.WORK).is_dir():
            return ()
        seal = engine.read_seal(self.store, "read")
        files = [file for commit in (seal.commits if seal else ()) for file in commit.files.values()]
        there = self.store.list("data/read")
        return seal.commits if seal and all(file["path"] in there for file in files) else ()

    @property
    def size(self) -> int:
        return sum(int(row["size"]) for row in self.manifest["inputs"])

    @property
    def names(self) -> list[str]:
        return [str(self.folder)]

    @property
    def identity(self) -> Mapping[str, str]:
        return {f"shard {commit.shard}": commit.digest for commit in self.commits}

    def tasks(self, rules: judge.RuleSet, judging: Mapping[str, Any], reads: tuple[str, ...]) -> list[engine.Task]:
        function = "manyo.stages.rejudging:rejudge_shard"
        measured = list(rules.before) == self.manifest.get("rule_set", {}).get("before", [])
        measured = measured and not recipes.parse(self.manifest["recipe"]).lines.on
        clean = judging["decontaminate"]
        measured = measured and clean == self.manifest.get("decontaminate", {}).get("asked")
        measured = measured and not (clean and clean["action"] == "cut")
        measured = measured and judging["measuring"]["words"] == self.manifest.get("words", "")
        measured = measured and list_digests(judging["measuring"]["lists"]) == self.manifest.get("lists", {})
        return [
            engine.Task(
                "read",
                commit.shard,
                function,
                {
                    **judging,
                    "work": self.store.url,
                    "documents": commit.files.get("documents"),
                    "measured": measured,
                    "statistics": {**commit.statistics, "damage": damage(commit)},
                },
                reads,
            )
            for commit in self.commits
        ]

    def inputs(self, done: engine.Seal) -> list[dict[str, Any]]:
        return list(self.manifest["inputs"])


def _earlier(recipe: recipes.Recipe) -> tuple[Earlier, ...]:
    """The releases that the recipe is built against, each once, and their indexes, where they have some, of use."""
    found: dict[str, Earlier] = {}
    for given in recipe.against:
        one = earlier(Path(recipe.base, os.path.expanduser(given)))  # noqa: PTH111  # `expanduser` of os.path never raises
        one.index(recipe.dedupe)
        found.setdefault(one.digest, one)
    return tuple(found.values())


def _benchmarks(recipe: recipes.Recipe) -> dict[str, tuple[BenchmarkFile, ...]]:
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


def _check(recipe: recipes.Recipe) -> tuple[Measuring, judge.RuleSet]:
    """What the rooms have to say about the recipe: what it measures, and its rules.

    Where it names no tokenizer and its rules look at words, that of the rules measures.
    """
    with _checking(recipe.where):
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
def _checking(file: str) -> Iterator[None]:
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
