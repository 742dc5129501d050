"""What is known to be done: commit records and seals.

A *commit* says what one attempt at one shard made: its files, by attempt-unique names, with sha256 and size, and its
statistics. It is one small JSON file per (stage, shard), written after the files. A *seal* is the list of the commits
that count for a stage, written once when all its shards are done. Readers follow seals and never look for files by
themselves, so that what a dead or late attempt left behind does not matter (the scheme is that of table formats
such as Apache Iceberg, and of the committers of MapReduce, Dean & Ghemawat 2004, section 3.3).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, TypedDict

from manyo.engine.store import Store

LOST = "quarantined_shard"  # the statistic that says why a shard has no files


class File(TypedDict):
    """A published file: its name in the store, and what it must be."""

    path: str
    sha256: str
    bytes: int


class Quarantine(TypedDict):
    """A record that was left out because it kills whoever reads it. `record` is the breadcrumb; "" is the shard."""

    record: str
    cause: str


@dataclass(frozen=True)
class Commit:
    """What one attempt made of one shard.

    `key` says from what it was made, `digest` what was made: it covers content, never the names of files or who wrote
    them, so that every worker count, every engine and every interrupted run arrive at the same one.
    """

    stage: str
    shard: int
    key: str
    files: dict[str, File]
    statistics: dict[str, Any]
    quarantined: tuple[Quarantine, ...]
    attempt: str
    node: str

    @cached_property
    def digest(self) -> str:
        made = {name: [file["sha256"], file["bytes"]] for name, file in self.files.items()}
        return digest([self.stage, self.shard, made, self.statistics, self.quarantined])

    @property
    def lost(self) -> str:
        """Why the whole shard was given up, or "" when it was not."""
        return str(self.statistics.get(LOST, ""))


@dataclass(frozen=True)
class Seal:
    """The commits that count for a stage, in the order of its tasks."""

    stage: str
    commits: tuple[Commit, ...]

    @cached_property
    def digest(self) -> str:
        return digest([self.stage, [commit.digest for commit in self.commits]])

    @property
    def lost(self) -> tuple[Commit, ...]:
        """The commits of shards that were given up."""
        return tuple(commit for commit in self.commits if commit.lost)

    @property
    def statistics(self) -> dict[str, Any]:
        """The commits' statistics added up: see `add_up`."""
        return add_up(commit.statistics for commit in self.commits)


def digest(value: object) -> str:
    """The sha256 of a value's canonical JSON, in hexadecimal. Raises TypeError and ValueError for what JSON lacks."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: object) -> bytes:
    """One spelling for one value: sorted keys, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def add_up(statistics: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Numbers added by name, also inside nested tables; anything else is left out.

    >>> add_up([{"documents": 2, "refused": {"length": 1}}, {"documents": 3, "refused": {"script": 4}, "note": "x"}])
    {'documents': 5, 'refused': {'length': 1, 'script': 4}}
    """
    total: dict[str, Any] = {}
    for one in statistics:
        for name, value in one.items():
            if isinstance(value, Mapping):
                total[name] = add_up([total.get(name, {}), value])
            elif isinstance(value, int | float) and not isinstance(value, bool):
                total[name] = total.get(name, 0) + value
    return total


def commit_name(stage: str, shard: int) -> str:
    return f"commits/{stage}/{shard:05d}.json"


def data_name(stage: str, shard: int, name: str, attempt: str, suffix: str) -> str:
    return f"data/{stage}/{shard:05d}-{name}-{attempt}{suffix}"


def seal_name(stage: str) -> str:
    return f"seals/{stage}.json"


_OURS = re.compile(r"(commits/[^/]+/\d{5,}\.json|data/[^/]+/\d{5,}-[\w.-]+-[0-9a-f]{12}(\.\w+)?)\Z")


def write_commit(store: Store, commit: Commit) -> None:
    store.put_atomic(commit_name(commit.stage, commit.shard), canonical(asdict(commit)))


def read_commit(store: Store, stage: str, shard: int) -> Commit | None:
    """The record, or None when there is none or it is damaged: then the work is simply done again."""
    return _parse(_load(store, commit_name(stage, shard)))


def write_seal(store: Store, seal: Seal) -> None:
    """Publish, unless the very same seal is there already: a build that changes nothing touches nothing."""
    if read_seal(store, seal.stage) != seal:
        content = {"stage": seal.stage, "digest": seal.digest, "commits": [asdict(commit) for commit in seal.commits]}
        store.put_atomic(seal_name(seal.stage), canonical(content))


def read_seal(store: Store, stage: str) -> Seal | None:
    """The seal of a finished stage, or None when there is none or it is damaged."""
    content = _load(store, seal_name(stage))
    if not isinstance(content, dict) or not isinstance(content.get("commits"), list):
        return None
    commits = [_parse(commit) for commit in content["commits"]]
    seal = Seal(stage, tuple(commit for commit in commits if commit is not None))
    return seal if seal.digest == content.get("digest") else None


def _load(store: Store, name: str) -> object:
    try:
        return json.loads(store.cat(name))
    except (FileNotFoundError, ValueError):
        return None


def _parse(content: object) -> Commit | None:
    try:
        commit = Commit(**content) if isinstance(content, dict) else None
        if commit is None or not all(file["path"] and file["bytes"] >= 0 for file in commit.files.values()):
            return None
        return replace(commit, quarantined=tuple(commit.quarantined))
    except (TypeError, KeyError, AttributeError):
        return None


def standing(store: Store, stage: str, keys: Mapping[int, str]) -> dict[int, Commit]:
    """The commits that still hold: made under the planned key, every file there with the recorded size.

    `keys` holds the planned key of each shard. The seal is asked before the single records, so that a record which a
    late attempt wrote after the seal changes nothing.
    """
    sizes = store.list(f"data/{stage}")
    records = set(store.list(f"commits/{stage}"))
    sealed = {commit.shard: commit for commit in (read_seal(store, stage) or Seal(stage, ())).commits}
    found: dict[int, Commit] = {}
    for shard, key in keys.items():
        commit = sealed.get(shard)
        if commit is None or not _holds(commit, key, sizes):
            commit = read_commit(store, stage, shard) if commit_name(stage, shard) in records else None
        if commit is not None and _holds(commit, key, sizes):
            found[shard] = commit
    return found


def _holds(commit: Commit, key: str, sizes: Mapping[str, int]) -> bool:
    return commit.key == key and all(sizes.get(file["path"]) == file["bytes"] for file in commit.files.values())


def collect_orphans(store: Store, seal: Seal) -> int:
    """Remove the stage's files that its seal does not name; how many. Only names that the engine gives are touched."""
    kept = {file["path"] for commit in seal.commits for file in commit.files.values()}
    kept |= {commit_name(seal.stage, commit.shard) for commit in seal.commits}
    found = [*store.list(f"data/{seal.stage}"), *store.list(f"commits/{seal.stage}")]
    orphans = [name for name in found if name not in kept and _OURS.match(name)]
    for name in orphans:
        store.remove(name)
    return len(orphans)
