"""The papers, read by those they are for: the Hub's loader, polars, mlcroissant, a YAML parser."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from manyo import release
from manyo.errors import ManyoError
from manyo.release.papers import cell, scalar
from synthetic_release import FIELDS, MEASURES, QUALITY, SHARES, build


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "out"
    build(folder)
    return folder


@pytest.fixture
def manifest(out: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((out / "manifest.json").read_bytes())
    return whole


def test_the_hubs_loader_takes_the_data_and_only_the_data(
    out: Path, manifest: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path))
    assert list(loaded) == ["train"]
    assert loaded["train"].num_rows == manifest["counts"]["kept"]
    assert loaded["train"].column_names == release.data_schema(FIELDS, QUALITY).names
    assert set(loaded["train"][0]["source"]) == {"file", "offset", "record", "fetched"}
    ledger = datasets.load_dataset(str(out), "ledger", split="train", cache_dir=str(tmp_path))
    assert ledger.num_rows == manifest["counts"]["candidates"]


def test_polars_reads_the_parts(out: Path, manifest: dict[str, Any]) -> None:
    polars = pytest.importorskip("polars")
    table = polars.read_parquet(f"{out}/data/*.parquet")
    assert table.height == manifest["counts"]["kept"]
    assert table["text"].str.len_chars().sum() == manifest["figures"]["characters"]["kept"]


def test_croissant_validates_and_its_records_are_the_data(out: Path, manifest: dict[str, Any]) -> None:
    croissant = pytest.importorskip("mlcroissant")
    dataset = croissant.Dataset(jsonld=out / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    assert {name.split('"')[1].rsplit("/")[-1] for name in issues.warnings} <= {"citeAs", "datePublished"}
    records = list(dataset.records("documents"))
    assert len(records) == manifest["counts"]["kept"]
    assert set(records[0]) == {f"documents/{name}" for name in release.data_schema(FIELDS, QUALITY).names}
    assert records[0]["documents/source"]["documents/source/file"].startswith(b"crawl/synthetic-")


def test_croissant_lists_every_part_with_its_checksum(out: Path) -> None:
    described = json.loads((out / "croissant.json").read_bytes())
    files = [each for each in described["distribution"] if each["@type"] == "cr:FileObject"]
    assert {each["contentUrl"] for each in files} == {
        f"{kind}/part-0000{n}.parquet" for kind in ("data", "ledger") for n in (0, 1)
    }
    for each in files:
        assert each["sha256"] == hashlib.sha256((out / each["contentUrl"]).read_bytes()).hexdigest()


def head(out: Path) -> dict[str, Any]:
    _, yaml_head, _ = (out / "README.md").read_text("utf-8").split("---\n", 2)
    parsed: dict[str, Any] = yaml.safe_load(yaml_head)
    return parsed


def test_the_cards_head(out: Path) -> None:
    parsed = head(out)
    assert parsed["language"] == ["ja"]
    assert parsed["license"] == "other"
    assert parsed["size_categories"] == ["n<1K"]
    assert parsed["configs"][0]["data_files"] == [{"split": "train", "path": "data/*.parquet"}]


def test_the_card_has_the_real_figures_in_both_languages(out: Path, manifest: dict[str, Any]) -> None:
    japanese, english = (out / "README.md").read_text("utf-8").split("\n## English\n")
    counts = manifest["counts"]
    assert f"**{counts['kept']:,} 件**" in japanese
    assert f"**{counts['kept']:,} documents**" in english
    for text in (japanese, english):
        assert f"| {counts['records']:,} |" in text
        assert f"{manifest['figures']['characters']['kept']:,}" in text
        for rule, count in manifest["figures"]["failed"].items():
            line = next(
                line for line in text.splitlines() if line.startswith(f"| {rule.replace('_', chr(92) + '_')} |")
            )
            assert f"| {count:,} | {manifest['figures']['failed_only'].get(rule, 0):,} |" in line


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    name = '合成 "x": [a]\n---\n# <script>|`*\u2028'
    build(tmp_path / "out", count=20, name=name)
    parsed = head(tmp_path / "out")
    assert parsed["pretty_name"].startswith('合成 "x": [a] --- # <script>')
    body = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "<script>" not in body.split("---\n", 2)[2]
    assert json.loads((tmp_path / "out" / "croissant.json").read_bytes())["name"] == name
    assert cell("a\nb") == "a b"
    assert yaml.safe_load(scalar("題\t: ' \" \\")) == "題 : ' \" \\"


def test_the_same_rows_give_the_same_files(out: Path, tmp_path: Path) -> None:
    build(tmp_path / "again")
    names = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert names == sorted(
        path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()
    )
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_the_manifest_seals_the_papers(out: Path, manifest: dict[str, Any]) -> None:
    assert [each["path"] for each in manifest["files"]] == ["README.md", "croissant.json", "report.html"]
    for each in manifest["files"]:
        assert each["sha256"] == hashlib.sha256((out / each["path"]).read_bytes()).hexdigest()
    assert "samples" not in manifest["figures"]
    assert not list(out.glob(".*"))


def test_a_license_that_the_recipe_names(out: Path, manifest: dict[str, Any], tmp_path: Path) -> None:
    whole = release.finish(
        tmp_path,
        release.Figures.from_json(manifest["figures"]),
        manifest,
        FIELDS,
        MEASURES,
        QUALITY,
        license_name="cc-by-4.0",
    )
    assert whole["license"] == head(tmp_path)["license"] == "cc-by-4.0"
    assert "license_name" not in head(tmp_path)
    assert SHARES[0] in whole["figures"]["shares_kept"]


def test_counts_that_do_not_add_up_are_refused_before_anything_is_written(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    for name in ("records", "documents", "candidates", "kept", "refused", "duplicates"):
        counts = {**manifest["counts"], name: manifest["counts"][name] + 1}
        with pytest.raises(ManyoError, match="does not add up"):
            release.finish(tmp_path, release.Figures(), {**manifest, "counts": counts}, FIELDS, MEASURES)
    with pytest.raises(ManyoError, match="does not add up"):
        release.check({**manifest, "shards": manifest["shards"][:-1]})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written(manifest: dict[str, Any], tmp_path: Path) -> None:
    figures = release.Figures.from_json(manifest["figures"])
    with pytest.raises(ManyoError, match="cannot be written"):
        release.finish(tmp_path / "nowhere", figures, manifest, FIELDS, MEASURES, QUALITY)
