"""What Ray costs: CPU seconds of a build on two Ray nodes of one processor, beside the local engine with two workers.

    python benchmarks/ray_overhead.py [--pages 6000] [--rounds 3]

Each run is a process of its own that counts all its descendants (it adopts orphans, Linux): for Ray the cluster's own
processes are counted too, from their start to their end. To leave out what starting costs, each engine also builds a
tiny input, and the difference counts. The input is synthetic prose, every page different, all of it Japanese.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

SMALL = {"object_store_memory": 80 << 20}


def write(path: Path, pages: int) -> None:
    from small_crawl import page, prose
    from warc_fixtures import response_record

    header = (("Content-Type", "text/html"),)
    with path.open("wb") as file:
        for number in range(pages):
            body = page(prose(number, 40), f"記録{number}").encode()
            file.write(gzip.compress(response_record(f"https://s{number}.example.jp/", body, headers=header), 1))


def build(engine: str, folder: Path, pages: int) -> None:
    """In a process of its own: print CPU and wall seconds of everything that the build, and its cluster, ran."""
    import manyo

    adopt_orphans = 36
    ctypes.CDLL(None).prctl(adopt_orphans, 1)
    began = time.monotonic()
    size = (folder / f"{pages}.warc.gz").stat().st_size
    recipe = {"inputs": [str(folder / f"{pages}.warc.gz")], "engine": {"shard": max(1, size // 8)}}
    out = folder / f"out-{os.getpid()}"
    if engine == "local":
        manyo.build(recipe, out, workers=2)
    else:
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, **SMALL}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            cluster.add_node(num_cpus=1, **SMALL)
        manyo.build(recipe, out, workers=2, engine="ray", address=cluster.address)
        cluster.shutdown()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    wall = time.monotonic() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"cpu": sum(one.ru_utime + one.ru_stime for one in used), "wall": wall}))


def measure(engine: str, folder: Path, pages: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", engine, "--folder", str(folder), "--pages", str(pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"{engine:5} {pages:6} pages: {found['cpu']:6.1f} CPU s, {found['wall']:6.1f} s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", choices=["local", "ray"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        build(asked.run, asked.folder, asked.pages)
        return
    tiny, ratios = 40, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for pages in (tiny, asked.pages):
            write(folder / f"{pages}.warc.gz", pages)
        measure("local", folder, tiny)  # compiles, if need be
        for _ in range(asked.rounds):
            cost = {
                engine: measure(engine, folder, asked.pages)["cpu"] - measure(engine, folder, tiny)["cpu"]
                for engine in ("local", "ray")
            }
            ratios.append(cost["ray"] / cost["local"])
            print(
                f"less starting: local {cost['local']:.1f}, ray {cost['ray']:.1f}, ratio {ratios[-1]:.3f}", flush=True
            )
    print(f"ray over local, CPU, starting excluded: {statistics.median(ratios):.3f} (median of {len(ratios)})")


if __name__ == "__main__":
    main()
