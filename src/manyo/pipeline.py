"""The one place that knows the order of the rooms: from a recipe to a release.

    collect -> read -> protect -> measure -> judge     one task for each shard     (stage read)
            -> dedupe                                  one for each partition      (stages captures and match), one for
                                                       each shard (compare), then one for all (cluster)
            -> release                                 one for each shard again    (stage release), then the papers

Where a recipe asks for it, three things come between: the passages of benchmarks are gathered before anything is read
(needles); lines that documents share are counted and taken out before measuring (lines, trim); and what is left is held
against earlier releases before the last stage (meet, earlier).

The work folder, `DIR/.manyo`, holds what the stages commit. Killed at any moment, the same call goes on from the last
commit; the finished release does not depend on that, nor on the number of workers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import manyo
from manyo import engine, release
from manyo import recipe as recipes
from manyo.errors import ManyoError
from manyo.indexing import make as make_index
from manyo.machine_code import is_warm
from manyo.planning import Plan, plan_build, plan_reissue
from manyo.publishing import publish, release_rules

OnProgress = Callable[[engine.Progress], None]


@dataclass(frozen=True)
class Release:
    """A finished release: where it is, a folder or a URL, and its manifest.

    >>> Release(Path("out"), {"counts": {"documents": 9, "kept": 5}}).kept
    5
    """

    place: Path | str
    manifest: Mapping[str, Any]

    @property
    def path(self) -> Path:
        """Its folder. Raises `ManyoError` when it is at a URL."""
        if engine.is_url(self.place):
            raise ManyoError("this release is not in a folder", where=str(self.place), hint="see `Release.place`")
        return Path(self.place)

    @property
    def counts(self) -> Mapping[str, Any]:
        """Every record accounted for: records, skipped, documents, refused_early, candidates, refused, duplicates, kept."""
        counts: Mapping[str, Any] = self.manifest["counts"]
        return counts

    @property
    def kept(self) -> int:
        return int(self.counts["kept"])

    @property
    def report(self) -> Path | str:
        return engine.below(self.place, "report.html")

    def documents(self) -> Any:
        """The kept documents as a `pyarrow.dataset.Dataset`, nothing loaded yet."""
        return self._parts("data")

    def ledger(self) -> Any:
        """One row for every Japanese candidate, as a `pyarrow.dataset.Dataset`."""
        return self._parts("ledger")

    def _parts(self, kind: str) -> Any:
        names = [part["path"] for part in self.manifest["shards"] if part["path"].startswith(f"{kind}/")]
        return release.files_of(self.place).dataset(names)


def build(
    recipe: recipes.Recipe | Mapping[str, Any] | str | Path,
    out: str | Path,
    *,
    against: Sequence[str | Path] = (),
    workers: int | None = None,
    engine: str = "local",
    address: str | None = None,
    on_progress: OnProgress | None = None,
) -> Release:
    """Build the release that a recipe asks for, in the folder or at the fsspec URL `out`.

    `recipe` is a path, a mapping as TOML would give it, or a loaded recipe. `against` are folders of earlier releases,
    beside those that the recipe names: what they have is refused as a duplicate. `workers` takes precedence over the
    recipe's. `engine` is "local", or "ray" for the Ray cluster at `address` (none: one on this machine).
    `on_progress` is called a few times a second; beside what a stage counts, `counts["input"]` is the size of
    the whole input in bytes as stored, and `counts["stored"]` how much of it the read stage has gone through. Raises `ManyoError` for whatever a person can put right; after it, or after being killed, the same call
    goes on where the work stopped. A finished release is only checked and given back.
    """
    if isinstance(recipe, Mapping):
        recipe = recipes.parse(recipe)
    elif not isinstance(recipe, recipes.Recipe):
        recipe = recipes.load(recipe)
    if against:
        named = [os.path.relpath(one, recipe.base) for one in against]
        recipe = replace(recipe, against=tuple(dict.fromkeys([*recipe.against, *named])))
    # `expanduser` of os.path never raises.
    given = [(one, Path(recipe.base, os.path.expanduser(one.removeprefix("file://")))) for one in recipe.inputs]  # noqa: PTH111
    placed = _place(out, given)
    return _build(plan_build(recipe), placed, workers, _engine(engine, address), on_progress)


def _engine(name: str, address: str | None) -> Callable[[engine.Store], engine.Pool]:
    """What makes the engine of that name."""
    if name == "ray":
        return partial(engine.RayPool, address=address)
    if name != "local":
        raise ManyoError(f"there is no engine {name!r}", where="engine", hint='"local" or "ray"')
    if address is not None:
        raise ManyoError("the local engine has no address", where=address, hint="name the engine too: --engine ray")
    return engine.LocalPool


def _place(out: str | Path, inputs: Iterable[tuple[str, Path]]) -> str | Path:
    """Where a release may be built. `inputs` are what the build reads, as given and as a path."""
    if not engine.is_url(out):
        return _folder(Path(str(out).removeprefix("file://")), inputs)
    url = str(out).rstrip("/")
    other = "name a new or an empty folder"
    for given, _ in inputs:
        if f"{url}/".startswith(f"{given.rstrip('/')}/"):
            what = f"the output lies within an input, {given!r}: the release would be read as input"
            raise ManyoError(what, where=url, hint="name a place elsewhere")
    place = engine.open_store(url)
    with engine.reached():
        if not place.exists(f"{engine.WORK}/identity.json"):
            if any(not name.startswith(f"{engine.WORK}/") for name in place.list("")):
                raise ManyoError("there is something at this URL, and not a build's", where=url, hint=other)
    return url


def _folder(out: Path, inputs: Iterable[tuple[str, Path]]) -> Path:
    """The folder `out`, if a release may be built there. `inputs` are what the build reads, as given and as a path."""
    other = "name a new or an empty folder"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(out)):  # of the two slashes of a URL, a path keeps one
        raise ManyoError("this is a URL that was made a path", where=str(out), hint="give it as a text")
    if any("\ud800" <= letter <= "\udfff" for letter in str(out.absolute())):  # Arrow could not open it
        raise ManyoError("the output folder's name is not UTF-8", where=ascii(str(out)), hint="choose another name")
    try:
        if out.exists() and not out.is_dir():
            raise ManyoError("the output is a file, and must be a folder", where=str(out), hint=other)
        if out.is_dir() and not (out / engine.WORK).exists() and any(out.iterdir()):
            raise ManyoError("the output folder is not empty, and not a build's", where=str(out), hint=other)
        for given, folder in inputs:
            if folder.is_dir() and Path(os.path.realpath(out)).is_relative_to(os.path.realpath(folder)):
                what = f"the output folder lies within an input, {given!r}: the release would be read as input"
                raise ManyoError(what, where=str(out), hint="name a folder elsewhere")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ManyoError(f"the output folder cannot be used: {reason}", where=repr(str(out)), hint=other) from None
    return out


def reissue(
    folder: str | Path,
    recipe: str | Path,
    out: str | Path,
    *,
    workers: int | None = None,
    engine: str = "local",
    address: str | None = None,
    on_progress: OnProgress | None = None,
) -> Release:
    """Issue another release, in the folder or at the URL `out`, from the documents that the one in `folder` has read.

    `recipe` names the rules, as `[judge] rules` does: a recipe of Manyo's or a file of rules. Or it is a build's recipe
    (a file with inputs), which may differ from the release's in what is decided after reading: `[judge]`, `[dedupe]` and `[release]`. The result is, byte for
    byte, what `build` would make with that recipe from the same inputs. Raises `ManyoError` when the release's work
    folder is gone, when another version made it, and as `build` does.
    """
    plan = plan_reissue(folder, recipe)
    placed = _place(out, [(str(folder), Path(folder))])
    return _build(plan, placed, workers, _engine(engine, address), on_progress)


def _build(
    plan: Plan,
    out: str | Path,
    workers: int | None,
    make_pool: Callable[[engine.Store], engine.Pool],
    on_progress: OnProgress | None,
) -> Release:
    workers = workers if workers is not None else plan.recipe.engine.workers
    try:
        store = engine.open_store(engine.below(out, engine.WORK))
        with engine.claim(store, plan.identity, make_pool) as work:
            return Release(out, _run(plan, store, out, workers or work.pool.slots, on_progress))
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(*(stop.args or ["stopped; the same command goes on from there"])) from None
    except OSError as error:
        raise ManyoError(
            f"the release cannot be written: {error.strerror or error}",
            where=str(error.filename or out),
            hint="make room, or see to your rights there; the same command goes on from where it was",
        ) from error


def _run(
    plan: Plan, store: engine.Store, out: str | Path, workers: int, on_progress: OnProgress | None
) -> dict[str, Any]:
    recipe = plan.recipe
    near = asdict(recipe.dedupe)
    size = plan.origin.size

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

    if not is_warm(Path(manyo.__file__).parent):
        run("warm", [engine.Task("warm", 0, "manyo.stages.warming:warm")], needed=True)
    indexes = _indexes(plan, out, workers, show)
    sought: engine.Seal | None = None
    if recipe.decontaminate.on:
        task = engine.Task("needles", 0, "manyo.stages.decontaminating:collect", plan.collecting)
        sought = run("needles", [task], needed=True)
    clean = (sought.digest,) if sought else ()
    done = run("read", plan.tasks(() if recipe.lines.on else clean), needed=False)
    if len(done.lost) == len(done.commits):
        raise ManyoError(
            f"nothing was released, for no part of the input could be read: {done.lost[0].lost}",
            where=", ".join(plan.origin.names[:3]),
            hint="where memory is the cause, raise memory under [engine]; then build into a new folder",
        )
    judged = done
    if recipe.lines.on:
        judged = _without_repeated_lines(plan, done, clean, run)
    of = judged.stage

    def partitioned(stage: str, function: str, reads: tuple[str, ...]) -> engine.Seal:
        partitions = [{"of": of, "partition": number, "near": near} for number in range(plan.partitions)]
        given = enumerate(partitions)
        return run(stage, [engine.Task(stage, number, function, one, reads) for number, one in given], needed=True)

    reads: tuple[str, ...] = (judged.digest,)
    if recipe.dedupe.url != "off":
        reads += (partitioned("captures", "manyo.stages.matching:supersede", reads).digest,)
    reads += (partitioned("match", "manyo.stages.matching:match", reads).digest,)
    if recipe.dedupe.doubts:
        tasks = [
            engine.Task("compare", commit.shard, "manyo.stages.comparing:compare", {"of": of, "near": near}, reads)
            for commit in judged.commits
            if not commit.lost
        ]
        reads += (run("compare", tasks, needed=True).digest,)
    tasks = [engine.Task("cluster", 0, "manyo.stages.matching:cluster", {"of": of, "near": near}, reads)]
    clustered = run("cluster", tasks, needed=True)
    last_reads: tuple[str, ...] = (judged.digest, clustered.digest)
    settled: engine.Seal | None = None
    if indexes:
        arguments = {"of": of, "near": near, "against": indexes}
        tasks = [
            engine.Task("meet", number, "manyo.stages.against:meet", {**arguments, "partition": number}, reads)
            for number in range(plan.partitions)
        ]
        met = run("meet", tasks, needed=True)
        task = engine.Task(
            "earlier", 0, "manyo.stages.against:settle", {"releases": len(indexes)}, (clustered.digest, met.digest)
        )
        settled = run("earlier", [task], needed=True)
        last_reads += (settled.digest,)
    last = {
        "of": of,
        "near": near,
        "measuring": plan.measuring.to_dict(),
        "rules": release_rules(plan.rules),
        "quality": list(recipe.release.quality),
        "against": indexes,
    }
    tasks = [
        engine.Task("release", commit.shard, "manyo.stages.releasing:release_shard", last, last_reads)
        for commit in judged.commits
        if not commit.lost
    ]
    released = run("release", tasks, needed=True)
    return publish(plan, store, out, done, judged, settled, released, sought)


def _indexes(plan: Plan, out: str | Path, workers: int, on_progress: OnProgress) -> list[dict[str, str]]:
    """Where the indexes of the earlier releases are: in them, or made here for those that have none."""
    found = []
    for one in plan.against:
        index = one.index(plan.recipe.dedupe)
        if index is None:
            if engine.is_url(out):
                what = "a release that is built at a URL cannot keep an index of another"
                raise ManyoError(what, where=str(one.folder), hint=f"run `manyo index {one.folder}` first")
            into = Path(out) / engine.WORK / "earlier" / one.digest[:12]
            index = make_index(one, into, plan.recipe.dedupe, workers=workers, on_progress=on_progress)
        found.append({"folder": str(index.folder.absolute()), "digest": one.digest, "label": one.label})
    return found


def _without_repeated_lines(
    plan: Plan, done: engine.Seal, clean: tuple[str, ...], run: Callable[..., engine.Seal]
) -> engine.Seal:
    """Count the lines of all documents, then take those that are repeated out of each shard's."""
    lines = asdict(plan.recipe.lines)
    tasks = [
        engine.Task("lines", number, "manyo.stages.lines:count", {"partition": number, "lines": lines}, (done.digest,))
        for number in range(plan.partitions)
    ]
    counted = run("lines", tasks, needed=True)
    arguments = {**plan.judging, "lines": lines}
    tasks = [
        engine.Task("trim", commit.shard, "manyo.stages.lines:trim", arguments, (commit.digest, counted.digest, *clean))
        for commit in done.commits
        if not commit.lost
    ]
    return run("trim", tasks, needed=True)
