"""The index of a finished release: made from its data, opened by the builds that come after it.

    manyo index 2024-04                              an index in 2024-04/index
    manyo build may.toml --against 2024-04 ...       looks every new document up in it

Nothing but the release itself is needed, its work folder is not: signing text again costs little (docs/dedupe.md).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

import manyo.dedupe as dedupe
from manyo import engine
from manyo import recipe as recipes
from manyo.dedupe.index import FORMAT, NAME, Index, signing
from manyo.errors import ManyoError
from manyo.release import manifest
from manyo.version import VERSION

FOLDER: Final = "index"  # of a release
_PARTITION_BYTES: Final = 128 << 20  # of band keys, while they are sorted
_KEPT: Final = {"sign": ("sketches", "digests", "ids"), "sort": ("keys", "rows", "exact")}
_OURS: Final = re.compile(rf"({'|'.join(name for names in _KEPT.values() for name in names)})-\d{{5,}}\.bin")
_MOST_DOCUMENTS: Final = 2**31


@dataclass(frozen=True)
class Earlier:
    """A release to build against: its folder, the name in its papers, the SHA-256 of its manifest."""

    folder: Path
    name: str
    digest: str
    parts: tuple[tuple[str, str, int], ...]  # of its data: path, SHA-256, rows

    @property
    def documents(self) -> int:
        return sum(rows for _, _, rows in self.parts)

    @property
    def label(self) -> str:
        """What a ledger calls it: its name, and enough of its digest to tell it from any other of that name."""
        return f"{self.name}@{self.digest[:12]}"

    def index(self, settings: dedupe.Settings) -> Index | None:
        """The index that lies in the release, None where there is none.

        Raises `ManyoError` when it cannot be used: damaged, stale, or made with other settings (which ones).
        """
        folder = self.folder / FOLDER
        if not (folder / NAME).exists():
            return None
        found = Index.open(folder, self.digest)
        if wrong := found.differences(settings):
            raise ManyoError(
                f"the index of this release was made with other settings: {', '.join(wrong)}",
                where=str(folder / NAME),
                hint="`manyo index RELEASE --recipe RECIPE.toml` makes one for the recipe, or change [dedupe]",
            )
        return found


def earlier(folder: Path) -> Earlier:
    """The finished release in `folder`. Raises `ManyoError` when there is none."""
    whole = manifest.read(folder)
    digest = sha256((folder / manifest.NAME).read_bytes()).hexdigest()
    manifest.parts(folder, whole, "data")
    parts = tuple(
        (part["path"], part["sha256"], int(part["rows"]))
        for part in whole["shards"]
        if part["path"].startswith("data/")
    )
    if not parts:
        hint = "`manyo verify` says what is wrong with it"
        raise ManyoError("the release has no data to build against", where=str(folder), hint=hint)
    found = Earlier(folder.absolute(), str(whole.get("name", folder.name)), digest, parts)
    if found.documents >= _MOST_DOCUMENTS:
        raise ManyoError("the release is too large for one index", where=str(folder), hint="at most 2^31 documents")
    return found


def index(
    folder: Path,
    recipe: Path | None = None,
    *,
    workers: int = 0,
    on_progress: Callable[[engine.Progress], None] | None = None,
) -> Index:
    """Make the index of the release in `folder`, or give back the one that is there and fits.

    `recipe` is that of the builds which are to use it; by default the release's own. Raises `ManyoError` as `make` does.
    """
    found = earlier(folder)
    settings = recipes.load(recipe).dedupe if recipe else recipes.parse(manifest.read(folder).get("recipe", {})).dedupe
    return make(found, found.folder / FOLDER, settings, workers=workers, on_progress=on_progress)


def make(
    release: Earlier,
    into: Path,
    settings: dedupe.Settings,
    *,
    workers: int = 0,
    on_progress: Callable[[engine.Progress], None] | None = None,
) -> Index:
    """Make the index of a release in the folder `into`, or go on making it; one that is there and fits is given back.

    Raises `ManyoError` when the release is damaged, and as `engine.run` does.
    """
    if (into / NAME).exists():
        try:
            there = Index.open(into, release.digest)
        except ManyoError:  # stale or damaged: to be made anew
            there = None
        if there is not None and not there.differences(settings):
            return there
        for stale in into.iterdir():
            if stale.name == NAME or _OURS.fullmatch(stale.name):
                stale.unlink()
    wanted = signing(settings)
    size = release.documents * settings.bands * 12
    partitions = max(1, -(-size // _PARTITION_BYTES))
    into.mkdir(parents=True, exist_ok=True)
    fingerprint = f"manyo {VERSION}, index {FORMAT}, pyarrow {pa.__version__}"
    identity = {"release": release.digest, "signing": wanted, "made_with": fingerprint}
    work = sha256(json.dumps(identity).encode()).hexdigest()[
        :12
    ]  # what was begun with other settings is not gone on with
    store = engine.open_store(into / engine.WORK / work)
    with engine.claim(store, identity):

        def run(stage: str, tasks: list[engine.Task]) -> engine.Seal:
            return engine.run(
                stage,
                tasks,
                store=store,
                workers=workers or os.cpu_count() or 1,
                fingerprint=fingerprint,
                on_progress=on_progress,
                needed=True,
            )

        near = asdict(settings)
        tasks = [
            engine.Task(
                "sign",
                number,
                "manyo.stages.indexing:sign",
                {"part": str(release.folder / path), "sha256": digest, "near": near, "partitions": partitions},
            )
            for number, (path, digest, _) in enumerate(release.parts)
        ]
        signed = run("sign", tasks)
        tasks = [
            engine.Task("sort", number, "manyo.stages.indexing:sort", {"partition": number}, (signed.digest,))
            for number in range(partitions)
        ]
        sealed = [signed, run("sort", tasks)]
        about = {
            "format": FORMAT,
            "manyo": VERSION,
            "release": release.digest,
            "name": release.name,
            "signing": wanted,
            "parts": [rows for _, _, rows in release.parts],
            "partitions": partitions,
            "files": [file for seal in sealed for file in _published(store, seal, into)],
        }
        manifest.put(into, NAME, json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    shutil.rmtree(into / engine.WORK)
    return Index.open(into, release.digest)


def _published(store: engine.Store, seal: engine.Seal, into: Path) -> list[dict[str, Any]]:
    """The files of a stage that stay, under their own names."""
    lines = []
    for number, commit in enumerate(seal.commits):
        for name in _KEPT[seal.stage]:
            file, target = commit.files[name], into / f"{name}-{number:05d}.bin"
            source = store.local_path(file["path"])
            target.unlink(missing_ok=True)
            if source is not None:
                os.link(source, target)
            lines.append({"path": target.name, "sha256": file["sha256"], "bytes": file["bytes"]})
    return lines
