"""All that is decided before any work: a checked recipe, and where its documents come from.

Documents come from the recipe's inputs (`plan_build`), or from what an earlier release keeps of them (`plan_reissue`):
then nothing is read, decoded or masked again, and only what the recipe decides is decided anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

from manyo import collect, engine, judge
from manyo import recipe as recipes
from manyo.checking import BenchmarkFile, benchmark_files, check, checking, earlier_releases
from manyo.errors import ManyoError
from manyo.indexing import Earlier
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
        found = {name: version(name) for name in ("numba", "pyarrow", "zstandard")}
        return ", ".join([f"manyo {VERSION}", *(f"{name} {number}" for name, number in found.items())])


def list_digests(lists: Mapping[str, str]) -> dict[str, str]:
    """What the manifest says of a user's word lists: the SHA-256 of each, by name."""
    return {name: sha256(text.encode()).hexdigest() for name, text in lists.items()}


def plan_build(recipe: recipes.Recipe) -> Plan:
    """Check what the rooms have to say about the recipe, then look at the inputs."""
    measuring, rules = check(recipe)
    sources = collect.find(recipe.inputs, base=recipe.base, columns=asdict(recipe.columns))
    shards = collect.plan(sources, shard_bytes=recipe.engine.shard)
    return Plan(
        recipe, measuring, rules, _Inputs(recipe, sources, shards), earlier_releases(recipe), benchmark_files(recipe)
    )


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
    with checking(f"{engine.below(folder, manifest.NAME)}, recipe"):
        made = recipes.parse(whole.get("recipe", {}))
    wanted = _wanted(made, recipe)
    origin = _Kept(folder, whole)
    plan = Plan(wanted, *check(wanted), origin, earlier_releases(wanted), benchmark_files(wanted))
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
