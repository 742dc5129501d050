"""Input that is missing, broken or hostile, through the command line: a clear message, or counted in the release.

Never a traceback, a hang, or a sound document lost beside a broken one. What recipes, folders and disks can do wrong
is in `test_bad_request.py`.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import small_crawl
from command_line import built, manyo, refused
from warc_fixtures import gzip_members, record, response_record, warcinfo_record, zstd_frames

HUGE = 200_000_000


def page(seed: int) -> bytes:
    return small_crawl.page(small_crawl.prose(seed)).encode()


def captures(name: str, seeds: range) -> list[bytes]:
    """Sound records; the page of `seed` is at `https://NAME.example.jp/SEED`."""
    return [response_record(f"https://{name}.example.jp/{seed}", page(seed)) for seed in seeds]


def texts(out: Path) -> dict[str, str]:
    """The released texts by URL, or by file where a document has none."""
    rows = pq.read_table(out / "data").to_pylist()
    return {row["url"] or row["source"]["file"]: row["text"] for row in rows}


# Files that cannot be read at all.


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


UNREADABLE = {
    "missing.warc.gz": (lambda path: None, "there is no such file or folder"),
    "*.warc": (lambda path: None, "nothing matches this pattern"),
    "loop.html": (loop, "too many levels of symbolic links"),
    "dangling.html": (dangling, "no such file or directory"),
    "pipe.html": (os.mkfifo, "neither a file nor a folder"),
    "empty.warc.gz": (Path.touch, "every input is empty"),
    "empty.html": (Path.touch, "every input is empty"),
    "folder": (Path.mkdir, "holds nothing that can be read"),
    "text.warc.gz": (lambda path: path.write_bytes(b"hello, hello"), "this is no WARC file, whatever its name"),
    "packed.warc.gz": (lambda path: path.write_bytes(gzip.compress(b"hello")), "this is no WARC file"),
    "image.warc.zst": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99)), "this is no WARC file"),
    "cut.parquet": (lambda path: path.write_bytes(b"PAR1" + bytes(99)), "this Parquet file cannot be read"),
    "other.parquet": (lambda path: pq.write_table(pa.table({"body": ["x"]}), path), "neither a text column"),
    "notes.xyz": (lambda path: path.write_bytes(b"hello"), "the format of this file is not known"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    make, says = UNREADABLE[name]
    make(tmp_path / name)
    error = refused("build", tmp_path / name, "--out", tmp_path / "out", "--workers", 1)
    assert says in error
    assert name in error
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip_members(captures("a", range(1))))
    path.chmod(0)
    assert "permission denied" in refused("build", path, "--out", tmp_path / "out")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that even root cannot read")
def test_a_file_whose_disk_fails(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").symlink_to("/proc/self/mem")
    assert "input/output error" in refused("build", tmp_path / "a.warc.gz", "--out", tmp_path / "out")


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    """As they come out of old Japanese archives; a name in the release is text all the same."""
    path = tmp_path / os.fsdecode("表".encode("cp932") + b".warc.gz")
    try:
        path.write_bytes(gzip_members(captures("a", range(1))))
    except OSError:
        pytest.skip("this file system takes no such names")
    manifest = built(tmp_path / "out", path)
    assert manifest["counts"]["kept"] == 1
    assert manifest["inputs"][0]["file"].endswith(r"\x95\.warc.gz")
    assert "not UTF-8" in refused("build", path, "--out", tmp_path / os.fsdecode(b"\xff"))


# Broken archives, all in one release: what is sound in each must be in it.

LIES = (10**6, 10, 0, -5, "many", "9" * 30, "")


def lying(name: str, first: int) -> list[bytes]:
    """Records of which every second one lies about its length."""
    made = captures(name, range(first, first + 2 * len(LIES) + 1))
    for number, lie in enumerate(LIES):
        seed = first + 2 * number + 1
        made[seed - first] = response_record(f"https://{name}.example.jp/{seed}", page(seed), length=lie)
    return made


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of archives in every bad state, and `out`, what was built from it."""
    folder = tmp_path_factory.mktemp("wreck")
    archives = {
        "cut.warc.gz": gzip_members(captures("cutgz", range(4)))[:-200],
        "cut.warc.zst": zstd_frames(captures("cutzst", range(4, 8)))[:-200],
        "stream.warc.gz": gzip.compress(b"".join(captures("stream", range(8, 12))), mtime=0)[:-300],
        "cut.warc": b"".join(captures("cutplain", range(12, 16)))[:-200],
        "empty.warc.gz": b"",
        "noise.warc.gz": b"\x1f\x8b\x08" + bytes(range(256)) * 4,
        "lies.warc.gz": gzip_members(lying("liesgz", 20)),
        "lies.warc": b"".join(lying("liesplain", 40)),
    }
    middle = gzip_members(captures("hole", range(60, 61)))
    archives["hole.warc.gz"] = middle + middle[:80] + gzip_members(captures("hole", range(61, 63)))
    for name, content in archives.items():
        (folder / name).write_bytes(content)
    built(folder / "out", *sorted(folder.glob("*.warc*")))
    return folder


@pytest.mark.parametrize(
    ("file", "name", "sound", "damage"),
    [
        ("cut.warc.gz", "cutgz", range(3), ["truncated"]),
        ("cut.warc.zst", "cutzst", range(4, 7), ["truncated"]),
        ("stream.warc.gz", "stream", range(8, 10), ["truncated"]),
        ("cut.warc", "cutplain", range(12, 15), ["truncated"]),
        ("hole.warc.gz", "hole", range(60, 63), ["corrupt"]),
        ("lies.warc.gz", "liesgz", range(20, 35), ["length"] * len(LIES)),
        ("lies.warc", "liesplain", range(40, 55), ["length"] * len(LIES)),
    ],
)
def test_what_is_sound_in_a_broken_archive_is_released(
    wreck: Path, file: str, name: str, sound: range, damage: list[str]
) -> None:
    found = texts(wreck / "out")
    for seed in sound:
        assert small_crawl.prose(seed) in found[f"https://{name}.example.jp/{seed}"], seed
    manifest = json.loads((wreck / "out" / "manifest.json").read_bytes())
    places = [place["what"] for place in manifest["damage"] if place["file"] == str(wreck / file)]
    assert [what.partition(":")[0] for what in places] == damage


def test_damage_is_counted_and_shown(wreck: Path) -> None:
    manifest = json.loads((wreck / "out" / "manifest.json").read_bytes())
    damage = {(Path(place["file"]).name, place["what"].partition(":")[0]) for place in manifest["damage"]}
    assert {("empty.warc.gz", "no_records"), ("noise.warc.gz", "no_records")} <= damage
    assert manifest["repaired"]["length"] == 2 * len(LIES)
    assert manifest["counts"]["refused_early"]["damaged"] >= 2
    assert f"damage in the input: {len(manifest['damage'])}" in manyo("show", wreck / "out", "--lang", "en").out
    report = (wreck / "out" / "report.html").read_text("utf-8")
    assert "cut.warc.zst" in report
    assert "the file ends within a Zstandard frame" in report


# Pages that were written to do harm.

DEEP = 5000
SCRIPT = "<script>alert(1)</script>"
HOSTILE = {
    "https://odd.example.jp/deep": "<!DOCTYPE html><title>深い</title>" + "<div><b><p>" * DEEP + small_crawl.prose(70),
    "https://odd.example.jp/table": "<table><tr><td>" * DEEP + small_crawl.prose(71) + '<a href="' * DEEP,
    "https://odd.example.jp/nul": small_crawl.page(small_crawl.prose(72))
    .replace("<p>", "<p\0>\0")
    .replace("。", "。\0"),
    "https://odd.example.jp/entities": small_crawl.page(f"&#xD800;{small_crawl.prose(73)}&#xDFFF;&#0;&#x110000;"),
    f"https://odd.example.jp/{SCRIPT}\"'": small_crawl.page(small_crawl.prose(74), "</title>" + SCRIPT + "<img src=x>"),
    "javascript:alert(2)": small_crawl.page(small_crawl.prose(75), "&lt;img src=x onerror=alert(3)&gt;"),
    "https://odd.example.jp/\x1b[31m": small_crawl.page(small_crawl.prose(76), "\x1b]0;&#27;題\x07"),
    "https://odd.example.jp/title": f"<title>{'長い題名' * 100_000}</title><p>{small_crawl.prose(77)}",
}


def swollen(head: bytes) -> Iterator[bytes]:
    """A page of 200 MB in pieces."""
    chunk = page(78) * 400
    yield head
    for _ in range(HUGE // len(chunk)):
        yield chunk
    yield chunk[: HUGE % len(chunk)]


def packed(pieces: Iterator[bytes], tail: bytes = b"") -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(piece) for piece in pieces) + packer.compress(tail) + packer.flush()


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile pages as an archive, as lines and as files, and `out`, what was built from them."""
    folder = tmp_path_factory.mktemp("odd")
    made = [response_record(url, body.encode()) for url, body in HOSTILE.items()]
    made += [record("response", b"HTTP/1.1 200", warc_target_uri="https://odd.example.jp/" + "x" * 100_000)]
    bomb = packed(swollen(b""))
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"))
    made += [response_record("https://odd.example.jp/bomb", bomb, headers=headers)]
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    head = record("response", b"", length=HUGE + len(http), warc_target_uri="https://odd.example.jp/huge")[:-4]
    archive = (
        gzip_members(made) + packed(swollen(head + http), b"\r\n\r\n") + gzip_members(captures("after", range(79, 80)))
    )
    (folder / "odd.warc.gz").write_bytes(archive)
    with (folder / "huge.html").open("wb") as file:
        file.truncate(HUGE)  # nothing but NUL bytes, and none of them on the disk
    (folder / "nul.txt").write_bytes(b"\0".join(small_crawl.prose(80).encode().partition("。".encode())))
    lines = [
        json.dumps({"url": "https://lines.example.jp/1", "text": "\ud800" + small_crawl.prose(81) + "\udfff"}),
        json.dumps({"url": "https://lines.example.jp/\udc00", "html": small_crawl.page(small_crawl.prose(82))}),
        *('{"text": "\\ud8"}', "\0\0", "[" * 100_000, '{"text": ' * 10_000, "[]", '{"body": "x"}', '{"text": 5}'),
        json.dumps({"url": "https://lines.example.jp/2", "text": small_crawl.prose(83)}),
    ]
    (folder / "lines.jsonl").write_text("\n".join(lines), "utf-8")
    built(folder / "out", *sorted(folder.glob("*.*")))
    return folder / "out"


def test_hostile_pages_are_read(odd: Path) -> None:
    found = texts(odd)
    for url, seed in zip([*HOSTILE, "https://after.example.jp/79"], [*range(70, 78), 79], strict=True):
        assert small_crawl.prose(seed) in found[url], url
    for url, seed in zip(("1", "\ufffd", "2"), range(81, 84), strict=True):
        assert small_crawl.prose(seed) in found[f"https://lines.example.jp/{url}"], url
    assert small_crawl.prose(80) in found[str(odd.with_name("nul.txt"))]


def test_no_text_has_nul_bytes_or_surrogates(odd: Path) -> None:
    for name in ("data", "ledger"):
        table = polars.read_parquet(odd / name / "*.parquet")
        for column in table.select(polars.col(polars.String)):
            joined = "".join(column.drop_nulls())
            assert "\0" not in joined
            joined.encode()  # raises for a lone surrogate


def test_what_is_too_large_or_no_page_is_counted(odd: Path) -> None:
    manifest = json.loads((odd / "manifest.json").read_bytes())
    early = manifest["counts"]["refused_early"]
    assert early["too_large"] == 3  # the page as it is, the one that was packed to a thousandth, and the file
    assert early["bad_json"] == 4
    assert (early["not_object"], early["no_column"], early["bad_warc_header"]) == (1, 2, 1)
    assert manifest["repaired"]["surrogates"] == 1


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.images = 0
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += [tag] if tag == "script" else []
        self.images += tag == "img"
        self.attributes += [(name, value or "") for name, value in attrs]


def test_nothing_of_a_page_is_alive_in_the_report(odd: Path) -> None:
    report = (odd / "report.html").read_text("utf-8")
    assert "alert(1)" in report  # the URL is shown
    tags = Tags()
    tags.feed(report)
    assert (len(tags.scripts), tags.images) == (1, 0)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert not [value for name, value in tags.attributes if name in ("href", "src") and "script" in value]
    assert SCRIPT not in (odd / "README.md").read_text("utf-8")


def test_no_control_character_reaches_the_terminal(odd: Path) -> None:
    told = manyo("explain", odd, "https://odd.example.jp/\x1b[31m")
    assert told.code == 0
    assert "\x1b" not in told.out
    assert "\x1b" not in refused("explain", odd, "https://\x1b[31mnowhere/")
    story = json.loads(manyo("explain", odd, "javascript:alert(2)", "--json").out)
    assert story["verdict"] == "kept"


# Releases of nothing.


@pytest.mark.parametrize("case", ["all refused", "no documents", "nothing whole"])
def test_a_release_without_rows_is_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    whole = gzip_members(captures("a", range(3)))
    inputs = {"all refused": whole, "no documents": gzip_members([warcinfo_record()]), "nothing whole": whole[:60]}
    (tmp_path / "a.warc.gz").write_bytes(inputs[case])
    (tmp_path / "r.toml").write_text('inputs = ["a.warc.gz"]\njudge.thresholds.too_short.min = 1e6', "utf-8")
    out = tmp_path / "out"
    manifest = built(out, tmp_path / "r.toml")
    assert manifest["counts"]["kept"] == 0
    assert manifest["counts"]["refused"] == (3 if case == "all refused" else 0)
    assert polars.read_parquet(out / "data" / "*.parquet").height == 0
    for name in ("HF_HOME", "HF_DATASETS_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    # Streamed, since `datasets` itself makes no table of a split without rows.
    assert list(datasets.load_dataset(str(out), split="train", streaming=True)) == []
    assert "</html>" in (out / "report.html").read_text("utf-8")
    assert manyo("show", out).code == 0
    assert "no document here" in refused("explain", out, "https://b.example.jp/")
