"""`make demo`: make the sample archive, build a corpus from it, and say where everything is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEMO = ROOT / "demo"


def main() -> None:
    """Run the demo from the start each time: it takes seconds, and an old release would only confuse."""
    began = time.monotonic()
    shutil.rmtree(DEMO / "corpus", ignore_errors=True)
    DEMO.mkdir(exist_ok=True)
    sample = DEMO / "sample.warc.gz"
    print("1. Making a sample archive / 見本のウェブアーカイブをつくります")
    run(sys.executable, HERE / "make_sample.py", sample, "--truth", DEMO / "truth.json")
    print(f"   {sample.relative_to(ROOT)}  {sample.stat().st_size / 1e6:.1f} MB\n")
    print("2. Building the corpus / コーパスをつくります   (manyo build examples/demo/recipe.toml --out demo/corpus)")
    run(
        sys.executable, "-m", "manyo", "build", HERE / "recipe.toml", "--out", DEMO / "corpus", "--lang", "ja", cwd=ROOT
    )
    print("\n3. Checking against what the sample's maker knows / 正解と照らし合わせます")
    check()
    print(f"\n{time.monotonic() - began:.1f} s")
    print(f"release / 成果物  {(DEMO / 'corpus').relative_to(ROOT)}/")
    print(
        f"report  / 報告書  {(DEMO / 'corpus' / 'report.html').relative_to(ROOT)}   <- open it in a browser / ブラウザで開いてください"
    )
    print("explore / 探る    .venv/bin/manyo explore demo/corpus   <- move thresholds / しきい値を動かす")
    print("next    / つぎに  .venv/bin/manyo explain demo/corpus https://...   .venv/bin/manyo new my-recipe.toml")


def run(*command: object, cwd: Path | None = None) -> None:
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def check() -> None:
    """Compare verdicts with the truth that the sample was made from, kind by kind."""
    import pyarrow.dataset as ds

    truth = {row["url"]: row["kind"] for row in json.loads((DEMO / "truth.json").read_text("utf-8"))}
    rows = ds.dataset(DEMO / "corpus" / "ledger", format="parquet").to_table(columns=["url", "verdict"]).to_pylist()
    verdicts = {row["url"]: row["verdict"] for row in rows}
    kinds: dict[str, dict[str, int]] = {}
    for url, kind in truth.items():
        counts = kinds.setdefault(kind, {"kept": 0, "duplicate": 0, "refused": 0, "turned away": 0})
        counts[verdicts.get(url, "turned away")] += 1
    for kind, counts in sorted(kinds.items()):
        shown = "   ".join(f"{verdict} {count:>3}" for verdict, count in counts.items())
        print(f"   {kind:<14}{shown}")


if __name__ == "__main__":
    main()
