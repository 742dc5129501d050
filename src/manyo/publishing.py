"""The last step of a build: parts get their public names, and the papers are written."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from manyo import engine, judge, release
from manyo import recipe as recipes
from manyo.errors import ManyoError
from manyo.planning import Plan, list_digests
from manyo.stages.findings import damage
from manyo.version import VERSION

_OURS: Final = re.compile(r"\.?part-\d{5,}\.parquet(\.tmp)?\Z")  # what a build may remove from data/ and ledger/


def publish(
    plan: Plan,
    store: engine.Store,
    out: str | Path,
    done: engine.Seal,
    judged: engine.Seal,
    settled: engine.Seal | None,
    released: engine.Seal,
    sought: engine.Seal | None,
) -> dict[str, Any]:
    """Give the parts their public names, then write the papers; the manifest comes last and makes it a release.

    `done` seals the read stage, `judged` the one that judged, `settled` the one that says what earlier
    releases have, where there are some, `released` the last one, `sought` the one that collected benchmarks, if any. Returns the manifest.
    """
    figures = _early(done)
    for commit in released.commits:
        content = store.cat(commit.files["figures"]["path"])
        if sha256(content).hexdigest() != commit.files["figures"]["sha256"]:
            raise _spoilt(store, commit.files["figures"])
        figures += release.Figures.from_json(json.loads(content))
    named = {
        release.part_name(kind, number): commit.files[kind]
        for kind in ("data", "ledger")
        for number, commit in enumerate(released.commits)
    }
    parts = _publish_there(store, str(out), named) if engine.is_url(out) else _publish_here(store, Path(out), named)
    measures = list(plan.measuring.measures.values())
    manifest = {
        "format": 1,
        "manyo": VERSION,
        "made_with": plan.fingerprint,
        "recipe": plan.recipe.to_dict(),
        "recipe_digest": plan.recipe.digest,
        "rules": release_rules(plan.rules),
        "rule_set": {
            "name": plan.rules.name,
            "digest": plan.rules.digest,
            "before": list(plan.rules.before),
            "after": list(plan.rules.after),
        },
        "lists": list_digests(plan.measuring.lists),
        "words": plan.measuring.words,
        "inputs": plan.origin.inputs(done),
        **({"against": _against(plan, settled)} if settled else {}),
        **({"decontaminate": _decontaminated(plan, sought, figures)} if sought else {}),
        "counts": figures.counts(),
        "damage": _damage(done),
        "repaired": done.statistics.get("repaired", {}),
        **({"removed": judged.statistics["removed"]} if "removed" in judged.statistics else {}),
        "shards": parts,
    }
    return release.finish(
        out,
        figures,
        manifest,
        plan.measuring.fields,
        measures,
        plan.recipe.release.quality,
        name=plan.recipe.release.title or plan.recipe.name,
        license_name=plan.recipe.release.licence,
    )


def _publish_here(store: engine.Store, out: Path, named: Mapping[str, engine.File]) -> list[dict[str, Any]]:
    """Put the parts into a folder of this machine; their lines in the manifest."""
    parts = []
    for name, file in named.items():
        (out / name).parent.mkdir(exist_ok=True)
        _place(store, file, out / name)
        parts.append(release.describe(out, name))
        if parts[-1]["sha256"] != file["sha256"]:
            raise _spoilt(store, file)
    for kind in ("data", "ledger"):
        for stale in sorted((out / kind).iterdir()) if (out / kind).is_dir() else ():
            if f"{kind}/{stale.name}" not in named and _OURS.match(stale.name):
                stale.unlink()
    return parts


def _publish_there(work: engine.Store, out: str, named: Mapping[str, engine.File]) -> list[dict[str, Any]]:
    """Have the store copy the parts; their lines in the manifest.

    Nothing but footers comes to this machine: what a part's bytes are, its worker has written down before it sent them.
    A part that an earlier run has published is not copied again.
    """
    place = engine.RemoteStore(out)
    there = place.list("data") | place.list("ledger")
    before = _published(place)
    missing = {
        f"{engine.WORK}/{file['path']}": name
        for name, file in named.items()
        if there.get(name) != file["bytes"] or before.get(name) != file["sha256"]
    }
    if missing:
        place.remove(release.MANIFEST)  # until the new one is written, this is no release
    place.copy(missing)
    there = place.list("data") | place.list("ledger")
    parts = []
    for name, file in named.items():
        if there.get(name) != file["bytes"]:
            raise _spoilt(work, file)
        with place.open(name) as part:
            rows = int(pq.read_metadata(part).num_rows)
        parts.append({"path": name, "sha256": file["sha256"], "bytes": file["bytes"], "rows": rows})
    for name in there:
        if name not in named and _OURS.match(name.partition("/")[2]):
            place.remove(name)
    return parts


def _published(place: engine.Store) -> dict[str, str]:
    """The SHA-256 of each part of a release that is there already, by name."""
    try:
        manifest = json.loads(place.cat(release.MANIFEST))
        return {part["path"]: part["sha256"] for part in manifest["shards"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}


def release_rules(rules: judge.RuleSet) -> list[dict[str, Any]]:
    """The rules as a manifest lists them."""
    return [
        {
            **{key: value for key, value in rule.to_dict().items() if key.startswith("hosts_")},
            "name": rule.name,
            "measure": rule.measure,
            "min": rule.min,
            "max": rule.max,
            "why": {"ja": rule.why_ja, "en": rule.why_en},
            "source": rule.source,
        }
        for rule in rules.rules
    ]


def _decontaminated(plan: Plan, sought: engine.Seal, figures: release.Figures) -> dict[str, Any]:
    """What was asked for, and for each benchmark its files, its items, and the documents that have something of it."""
    counts = sought.commits[0].statistics["benchmarks"]
    found = []
    for name, files in plan.benchmarks.items():
        rule = f"in_{name}"
        cut = {"characters": figures.edited_characters.get(rule, 0)} if plan.recipe.decontaminate.cuts else {}
        found.append(
            {
                "name": name,
                "files": [{"file": recipes.published(file.given), "sha256": file.sha256} for file in files],
                **counts[name],
                "documents": figures.edited.get(rule, 0) if cut else figures.failed.get(rule, 0),
                **cut,
            }
        )
    return {"asked": plan.decontaminating, "found": found}


def _against(plan: Plan, settled: engine.Seal) -> list[dict[str, Any]]:
    """The earlier releases, and how many documents were left out because each has them."""
    met = settled.statistics.get("met", {})
    return [
        {
            "name": one.name,
            "manifest_sha256": one.digest,
            "documents": one.documents,
            "duplicates": met.get(str(number), 0),
        }
        for number, one in enumerate(plan.against)
    ]


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
    return [
        {"file": place["file"], "offset": place["offset"], "what": f"{place['kind']}: {place['detail']}"}
        for commit in done.commits
        for place in damage(commit)
    ]


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
