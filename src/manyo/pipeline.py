"""The one place that knows the order of the rooms: from a recipe to a release.

    collect -> read -> protect -> measure -> judge     one task for each shard     (stage read)
            -> dedupe                                  one for each partition      (stage match), then one for all (cluster)
            -> release                                 one for each shard again    (stage release), then the papers

The work folder, `DIR/.manyo`, holds what the stages commit. Killed at any moment, the same call goes on from the last
commit; the finished release does not depend on that, nor on the number of workers.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

import manyo
from manyo import collect, engine, judge, protect, release
from manyo import recipe as recipes
from manyo.errors import ManyoError
from manyo.machine_code import is_warm
from manyo.measure import MEASURES, fields
from manyo.version import VERSION

_PARTITION_BYTES: Final = 256 << 20  # of input for each partition of the band keys
_MOST_PARTITIONS: Final = 1024
_OURS: Final = re.compile(r"\.?part-\d{5,}\.parquet(\.tmp)?\Z")  # what a build may remove from data/ and ledger/
OnProgress = Callable[[engine.Progress], None]


@dataclass(frozen=True)
class Release:
    """A finished release: its folder and its manifest.

    >>> Release(Path("out"), {"counts": {"documents": 9, "kept": 5}}).kept
    5
    """

    path: Path
    manifest: Mapping[str, Any]

    @property
    def counts(self) -> Mapping[str, Any]:
        """Every record accounted for: records, skipped, documents, refused_early, candidates, refused, duplicates, kept."""
        counts: Mapping[str, Any] = self.manifest["counts"]
        return counts

    @property
    def kept(self) -> int:
        return int(self.counts["kept"])

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def documents(self) -> Any:
        """The kept documents as a `pyarrow.dataset.Dataset`, nothing loaded yet."""
        import pyarrow.dataset as ds

        return ds.dataset(self.path.absolute() / "data", format="parquet")  # relative, "a:b" would be a URL to Arrow

    def ledger(self) -> Any:
        """One row for every Japanese candidate, as a `pyarrow.dataset.Dataset`."""
        import pyarrow.dataset as ds

        return ds.dataset(self.path.absolute() / "ledger", format="parquet")


def build(
    recipe: recipes.Recipe | Mapping[str, Any] | str | Path,
    out: str | Path,
    *,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Release:
    """Build the release that a recipe asks for, in the folder `out`.

    `recipe` is a path, a mapping as TOML would give it, or a loaded recipe. `workers` takes precedence over the
    recipe's. `on_progress` is called a few times a second; beside what a stage counts, `counts["input"]` is the size of
    the whole input in bytes as stored, and `counts["stored"]` how much of it the read stage has gone through. Raises `ManyoError` for whatever a person can put right; after it, or after being killed, the same call
    goes on where the work stopped. A finished release is only checked and given back.
    """
    if isinstance(recipe, Mapping):
        recipe = recipes.parse(recipe)
    elif not isinstance(recipe, recipes.Recipe):
        recipe = recipes.load(recipe)
    workers = workers if workers is not None else recipe.engine.workers
    workers = workers or os.cpu_count() or 1
    out = _folder(Path(out), recipe)
    plan = _plan(recipe)
    try:
        store = engine.open_store(out / engine.WORK)
        with engine.claim(store, plan.identity):
            return _run(plan, store, out, workers, on_progress)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(*(stop.args or ["stopped; the same command goes on from there"])) from None
    except OSError as error:
        raise ManyoError(
            f"the release cannot be written: {error.strerror or error}",
            where=str(error.filename or out),
            hint="make room, or see to your rights there; the same command goes on from where it was",
        ) from error


def _folder(out: Path, recipe: recipes.Recipe) -> Path:
    """The folder `out`, if a release may be built there."""
    other = "name a new or an empty folder"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(out)):  # of the two slashes of a URL, a path keeps one
        raise ManyoError("a release is built in a local folder, not at a URL", where=str(out), hint=other)
    if any("\ud800" <= letter <= "\udfff" for letter in str(out.absolute())):  # Arrow could not open it
        raise ManyoError("the output folder's name is not UTF-8", where=ascii(str(out)), hint="choose another name")
    try:
        if out.exists() and not out.is_dir():
            raise ManyoError("the output is a file, and must be a folder", where=str(out), hint=other)
        if out.is_dir() and not (out / engine.WORK).exists() and any(out.iterdir()):
            raise ManyoError("the output folder is not empty, and not a build's", where=str(out), hint=other)
        for given in recipe.inputs:
            folder = Path(recipe.base, os.path.expanduser(given.removeprefix("file://")))  # noqa: PTH111 (never raises)
            if folder.is_dir() and Path(os.path.realpath(out)).is_relative_to(os.path.realpath(folder)):
                what = f"the output folder lies within an input, {given!r}: the release would be read as input"
                raise ManyoError(what, where=str(out), hint="name a folder elsewhere")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ManyoError(f"the output folder cannot be used: {reason}", where=repr(str(out)), hint=other) from None
    return out


@dataclass(frozen=True)
class _Plan:
    """All that is decided before any work: pure data."""

    recipe: recipes.Recipe
    rules: judge.RuleSet
    sources: list[collect.Source]
    shards: list[collect.Shard]

    @property
    def partitions(self) -> int:
        """Enough that the band keys of one fit into a worker's memory; a function of the input alone."""
        size = sum(source.size for source in self.sources)
        return min(_MOST_PARTITIONS, max(1, -(-size // _PARTITION_BYTES)))

    def inputs(self, done: engine.Seal) -> list[dict[str, Any]]:
        """What the manifest says of the inputs: names, sizes and checksums, and no times: a copy gives the same release.

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

    @property
    def identity(self) -> dict[str, Any]:
        """What may not differ between a build and its continuation."""
        return {
            "manyo": VERSION,
            "recipe": self.recipe.to_dict(),
            "rules": self.rules.digest,
            "inputs": {s.file: f"{s.size} bytes, {s.fingerprint}" for s in self.sources},
        }

    @property
    def fingerprint(self) -> str:
        """Covers the code: another version, or a library that computes or writes otherwise, redoes the work."""
        return f"manyo {VERSION}, numba {version('numba')}, pyarrow {pa.__version__}"


def _plan(recipe: recipes.Recipe) -> _Plan:
    """Check what the rooms have to say about the recipe, then look at the inputs."""
    with _checking(recipe):
        release.data_schema(fields(), recipe.release.quality)
        rules = _rules(recipe)
        for kind in recipe.protect.kinds:
            if kind not in protect.KINDS:
                near = difflib.get_close_matches(kind, protect.KINDS, n=1)
                raise ManyoError(
                    f"there is no kind of personal information called {kind!r}",
                    where="[protect] kinds",
                    hint=f"did you mean {near[0]!r}?" if near else f"the kinds are {', '.join(protect.KINDS)}",
                )
    sources = collect.find(recipe.inputs, base=recipe.base, columns=asdict(recipe.columns))
    return _Plan(recipe, rules, sources, collect.plan(sources, shard_bytes=recipe.engine.shard))


@contextmanager
def _checking(recipe: recipes.Recipe) -> Iterator[None]:
    """A room knows its settings, and only the recipe knows the file that they stand in."""
    try:
        yield
    except ManyoError as error:
        raise ManyoError(error.what, where=f"{recipe.where}, {error.where}", hint=error.hint) from None


def _rules(recipe: recipes.Recipe) -> judge.RuleSet:
    name = recipe.judge.rules
    if name.endswith(".toml"):
        name = str(Path(recipe.base) / name)
    changes = {"thresholds": dict(recipe.judge.thresholds), "disable": list(recipe.judge.disable)}
    try:
        if not recipe.judge.thresholds and not recipe.judge.disable:
            return judge.load(name)
        return judge.load({"name": recipe.name, "extends": name, **changes})
    except ManyoError as error:
        # There, "recipe" is a set of rules that has no file: here, the section that asks for it.
        where = error.where.removeprefix("recipe").removeprefix(": ")
        raise ManyoError(error.what, where=f"[judge] {where or 'rules'}", hint=error.hint) from None


def _run(plan: _Plan, store: engine.Store, out: Path, workers: int, on_progress: OnProgress | None) -> Release:
    recipe = plan.recipe
    near = asdict(recipe.dedupe)
    rules = plan.rules.to_dict()
    for_manifest = release_rules(plan.rules)

    size = sum(source.size for source in plan.sources)

    def show(progress: engine.Progress) -> None:
        if on_progress is not None:
            on_progress(replace(progress, counts={**progress.counts, "input": size}))

    def run(stage: str, tasks: list[engine.Task], *, needed: bool) -> engine.Seal:
        return engine.run(
            stage,
            tasks,
            store=store,
            workers=workers,
            fingerprint=plan.fingerprint,
            memory_limit=recipe.engine.memory,
            on_progress=show,
            needed=needed,
        )

    arguments = {
        "reading": asdict(recipe.read),
        "rules": rules,
        "near": near,
        "kinds": list(recipe.protect.kinds),
        "partitions": plan.partitions,
        "page": recipe.engine.page,
        "batch": recipe.engine.batch,
    }
    if not is_warm(Path(manyo.__file__).parent):
        run("warm", [engine.Task("warm", 0, "manyo.stages.warming:warm")], needed=True)
    tasks = [
        engine.Task("read", shard.number, "manyo.stages.reading:read_shard", {"shard": shard.to_json(), **arguments})
        for shard in plan.shards
    ]
    done = run("read", tasks, needed=False)
    if len(done.lost) == len(done.commits):
        raise ManyoError(
            f"nothing was released, for no part of the input could be read: {done.lost[0].lost}",
            where=", ".join(source.file for source in plan.sources[:3]),
            hint="where memory is the cause, raise memory under [engine]; then build into a new folder",
        )
    tasks = [
        engine.Task("match", number, "manyo.stages.matching:match", {"partition": number, "near": near}, (done.digest,))
        for number in range(plan.partitions)
    ]
    matched = run("match", tasks, needed=True)
    tasks = [engine.Task("cluster", 0, "manyo.stages.matching:cluster", {}, (done.digest, matched.digest))]
    clustered = run("cluster", tasks, needed=True)
    last = {"near": near, "rules": for_manifest, "quality": list(recipe.release.quality)}
    tasks = [
        engine.Task(
            "release", commit.shard, "manyo.stages.releasing:release_shard", last, (done.digest, clustered.digest)
        )
        for commit in done.commits
        if not commit.lost
    ]
    released = run("release", tasks, needed=True)
    return _publish(plan, store, out, done, released)


def release_rules(rules: judge.RuleSet) -> list[dict[str, Any]]:
    """The rules as a manifest lists them."""
    return [
        {
            "name": rule.name,
            "measure": rule.measure,
            "min": rule.min,
            "max": rule.max,
            "why": {"ja": rule.why_ja, "en": rule.why_en},
            "source": rule.source,
        }
        for rule in rules.rules
    ]


def _publish(plan: _Plan, store: engine.Store, out: Path, done: engine.Seal, released: engine.Seal) -> Release:
    """Give the parts their public names, then write the papers; the manifest comes last and makes it a release."""
    figures = _early(done)
    for commit in released.commits:
        content = store.cat(commit.files["figures"]["path"])
        if sha256(content).hexdigest() != commit.files["figures"]["sha256"]:
            raise _spoilt(store, commit.files["figures"])
        figures += release.Figures.from_json(json.loads(content))
    parts = []
    for kind in ("data", "ledger"):
        (out / kind).mkdir(exist_ok=True)
        for number, commit in enumerate(released.commits):
            name = release.part_name(kind, number)
            _place(store, commit.files[kind], out / name)
            parts.append(release.describe(out, name))
            if parts[-1]["sha256"] != commit.files[kind]["sha256"]:
                raise _spoilt(store, commit.files[kind])
        names = {part["path"] for part in parts}
        for stale in sorted((out / kind).iterdir()):
            if f"{kind}/{stale.name}" not in names and _OURS.match(stale.name):
                stale.unlink()
    measures = list(MEASURES.values())
    manifest = {
        "format": 1,
        "manyo": VERSION,
        "made_with": plan.fingerprint,
        "recipe": plan.recipe.to_dict(),
        "recipe_digest": plan.recipe.digest,
        "rules": release_rules(plan.rules),
        "rule_set": {"name": plan.rules.name, "digest": plan.rules.digest},
        "inputs": plan.inputs(done),
        "counts": figures.counts(),
        "damage": _damage(done),
        "repaired": done.statistics.get("repaired", {}),
        "shards": parts,
    }
    whole = release.finish(
        out,
        figures,
        manifest,
        fields(),
        measures,
        plan.recipe.release.quality,
        name=plan.recipe.release.title or plan.recipe.name,
        license_name=plan.recipe.release.licence,
    )
    return Release(out, whole)


def _early(done: engine.Seal) -> release.Figures:
    """What became of records before they were candidates."""
    total = done.statistics
    return release.Figures(
        records=total.get("records", 0),
        skipped=total.get("skipped", {}),
        documents=total.get("records", 0) - sum(total.get("skipped", {}).values()),
        refused_early={name: count for name, count in total.get("refused", {}).items() if count},
    )


def _damage(done: engine.Seal) -> list[dict[str, Any]]:
    """Damaged places of the input, and what had to be set aside because it killed its worker."""
    found: list[dict[str, Any]] = []
    for commit in done.commits:
        for place in commit.statistics.get("damage", []):
            found.append(
                {"file": place["file"], "offset": place["offset"], "what": f"{place['kind']}: {place['detail']}"}
            )
        for one in commit.quarantined:
            if one["record"]:
                file, offset, record = json.loads(one["record"])
                found.append({"file": file, "offset": offset, "what": f"quarantined {record}: {one['cause']}"})
            else:
                found.append({"file": f"shard {commit.shard}", "offset": 0, "what": f"quarantined: {one['cause']}"})
    return found


def _spoilt(store: engine.Store, file: engine.File) -> ManyoError:
    """What to say of a committed file whose bytes are no longer those that were written. It is removed, to be made anew."""
    store.remove(file["path"])
    where = str(store.local_path(file["path"]) or file["path"])
    what = "a file of the build has changed since it was written, and was removed"
    return ManyoError(what, where=where, hint="run the same command again: it makes the file anew")


def _place(store: engine.Store, file: engine.File, target: Path) -> None:
    """A committed file under its public name: a second name for it where the disk allows, else a copy."""
    source = store.local_path(file["path"])
    waiting = target.with_name(f".{target.name}.tmp")
    waiting.unlink(missing_ok=True)
    try:
        if source is None:
            raise OSError("not on this machine")
        os.link(source, waiting)
    except OSError:
        with store.open(file["path"]) as stream, waiting.open("wb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
    waiting.replace(target)
