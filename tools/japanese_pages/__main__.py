"""Write labelled Japanese pages into a folder: `NAME.html`, `NAME.gt.txt`, and `meta.jsonl` that says what each is.

python tools/japanese_pages OUT --pages 3000 --seed 1
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from japanese_pages import generate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help="a folder, made where there is none")
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    kinds: collections.Counter[str] = collections.Counter()
    with (given.out / "meta.jsonl").open("w", encoding="utf-8") as meta:
        for number, page in enumerate(generate(given.pages, given.seed)):
            name = f"{page.site}__{number:05}"
            (given.out / f"{name}.html").write_bytes(page.html)
            (given.out / f"{name}.gt.txt").write_text(page.truth, encoding="utf-8")
            row = {
                "file": f"{name}.html",
                "site": page.site,
                "kind": page.kind,
                "encoding": page.encoding,
                "empty": not page.truth,
            }
            meta.write(json.dumps(row, ensure_ascii=False) + "\n")
            kinds[page.kind] += 1
    print(
        f"{given.out}: {sum(kinds.values())} pages",
        *(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        sep="\n  ",
    )


if __name__ == "__main__":
    main()
