"""Kill a build at random moments, let the same command finish it, and compare with one that nobody disturbed.

    python benchmarks/kill_sweep.py [--moments 50] [--seed 1] [--json FILE]

Each moment is one of three, in turn: `kill -9` of a worker, of the driver, or of the whole process group. A moment is
drawn between the start of the build and its usual end; where the build was by then is taken from its own progress. What
must hold afterwards: the release has the digest of an undisturbed one (every file's name and bytes), no id is twice in
the ledger, and a further run executes 0 tasks. Ends with status 1 when anything does not. The table in
docs/reliability.md is what it prints.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import manyo
from manyo.engine import Progress

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from small_crawl import write  # noqa: E402 (from the tests' folder)

VICTIMS = ("worker", "driver", "everything")


@dataclass
class Outcome:
    victim: str
    seconds: float  # after the start of the build
    stage: str  # what the build said last; "" before its first word
    carried_on: bool  # whether the disturbed build itself came to its end
    left: int  # shards that were committed when it had ended
    same: bool  # the digest
    doubled: int  # ids that are more than once in the ledger
    again: int  # tasks that a rerun of the finished build executed


def start(crawl: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "manyo", "build", crawl / "recipe.toml", "--out", out, "--workers", "2", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with out.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.DEVNULL, env=environment, start_new_session=True)


def workers_of(driver: int) -> list[int]:
    """The worker processes that a driver has now."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            child = int(status.read_text().rpartition(")")[2].split()[1]) == driver
            if child and b"manyo.engine.worker" in status.with_name("cmdline").read_bytes():
                found.append(int(status.parent.name))
    return sorted(found)


def kill(victim: str, driver: subprocess.Popen[bytes], draw: random.Random) -> None:
    with contextlib.suppress(ProcessLookupError):
        if victim == "worker":
            if workers := workers_of(driver.pid):
                os.kill(draw.choice(workers), signal.SIGKILL)
        elif victim == "driver":
            driver.kill()
        else:
            os.killpg(driver.pid, signal.SIGKILL)


def digest(out: Path) -> str:
    """Every file of the release, by name and content; not the work folder."""
    total = sha256()
    for path in sorted(path for path in out.rglob("*") if path.is_file() and ".manyo" not in path.parts):
        total.update(f"{path.relative_to(out)} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def last_stage(log: Path) -> str:
    lines = [line for line in log.read_bytes().splitlines() if line.endswith(b"}")]
    return str(json.loads(lines[-1]).get("stage", "papers")) if lines else ""


def disturb(crawl: Path, out: Path, victim: str, seconds: float, draw: random.Random, expected: str) -> Outcome:
    driver = start(crawl, out)
    time.sleep(seconds)
    stage = last_stage(out.with_suffix(".log"))
    kill(victim, driver, draw)
    status = driver.wait()
    left = len(list((out / ".manyo" / "commits").rglob("*.json")))
    manyo.build(crawl / "recipe.toml", out, workers=2)
    executed: Counter[str] = Counter()

    def count(at: Progress) -> None:
        executed[at.stage] = at.done - at.resumed

    release = manyo.build(crawl / "recipe.toml", out, workers=2, on_progress=count)
    ids = release.ledger().to_table(columns=["id"])["id"].to_pylist()
    return Outcome(
        victim=victim,
        seconds=round(seconds, 2),
        stage=stage,
        carried_on=status == 0,
        left=left,
        same=digest(out) == expected,
        doubled=len(ids) - len(set(ids)),
        again=sum(executed.values()),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        crawl = Path(folder)
        write(crawl / "crawl.warc.gz", good=80)
        recipe = 'name = "sweep"\ninputs = ["crawl.warc.gz"]\n[engine]\nshard = 6000\n'
        (crawl / "recipe.toml").write_text(recipe)
        assert start(crawl, crawl / "first").wait() == 0  # compiles, if need be
        began = time.monotonic()
        assert start(crawl, crawl / "undisturbed").wait() == 0
        usual = time.monotonic() - began
        expected = digest(crawl / "undisturbed")
        print(f"undisturbed: {usual:.1f} s, {last_stage(crawl / 'undisturbed.log')} last", flush=True)
        for number in range(asked.moments):
            victim = VICTIMS[number % len(VICTIMS)]
            out = crawl / f"{number:03d}"
            outcomes.append(disturb(crawl, out, victim, draw.uniform(0.2, usual), draw, expected))
            print(json.dumps(asdict(outcomes[-1])), flush=True)
            subprocess.run(["rm", "-rf", out], check=True)
    table(outcomes)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    sys.exit(0 if all(one.same and not one.doubled and not one.again for one in outcomes) else 1)


def table(outcomes: list[Outcome]) -> None:
    print("\n| killed | moments | in stage | finished by itself | same digest | ids doubled | tasks of a further run |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for victim in VICTIMS:
        mine = [one for one in outcomes if one.victim == victim]
        stages = Counter(one.stage or "start" for one in mine)
        where = ", ".join(f"{stage} {count}" for stage, count in stages.most_common())
        carried, same = sum(one.carried_on for one in mine), sum(one.same for one in mine)
        doubled, again = sum(one.doubled for one in mine), sum(one.again for one in mine)
        print(f"| {victim} | {len(mine)} | {where} | {carried} | {same} of {len(mine)} | {doubled} | {again} |")


if __name__ == "__main__":
    main()
