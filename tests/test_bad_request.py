"""Recipes, folders, disks and moments that no build can serve, through the command line.

Each ends in a message that says what, where and what to do, and whatever was done before is kept: the same command goes
on from there. What input can do wrong is in `test_bad_input.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import small_crawl
from command_line import alive, build, built, manyo, message, refused, running

INPUTS = 'inputs = ["crawl.warc.gz"]\n'
RULE = INPUTS + "[judge.thresholds]\n"

# What the recipe says, and what the error must say of it.
RECIPES = {
    'input = ["crawl.warc.gz"]': ("no key 'input'", "did you mean 'inputs'?"),
    INPUTS + "dedup = {}": ("no key 'dedup'", "did you mean 'dedupe'?"),
    INPUTS + "[dedupe]\ntreshold = 0.5": ("[dedupe] has no key 'treshold'", "did you mean 'threshold'?"),
    INPUTS + "threshold = 0.5": ("no key 'threshold'", "it belongs under [dedupe]"),
    "[read]\n" + INPUTS: ("[read] has no key 'inputs'", "it belongs above the first [section]"),
    RULE + "too_shrt.min = 5": ("no rule 'too_shrt'", "[judge] thresholds.too_shrt", "did you mean 'too_short'?"),
    RULE + "too_short.mim = 5": ("no key 'mim'", "did you mean 'min'?"),
    RULE + "too_short = 5": ("a threshold is min or max", "write too_short.min = ..."),
    RULE + "too_short = {min = 500, max = 100}": ("min 500 is more than max 100",),
    RULE + "too_short.min = -5": ("min = -5 is impossible", "characters lies between 0 and"),
    RULE + "low_hiragana_share.min = 1.5": ("min = 1.5 is impossible", "hiragana_share lies between 0 and 1"),
    RULE + "too_short.min = nan": ("min = nan is no threshold",),
    RULE + f"too_short.min = 1{'0' * 400}": ("is no threshold",),
    RULE + 'too_short.min = "5"': ("min must be a number, not '5'",),
    INPUTS + "[judge]\nthresholds = 5": ("thresholds must be a table",),
    INPUTS + '[judge]\nrules = "manio"': ("[judge] rules", "did you mean 'manyo'?"),
    INPUTS + '[judge]\nrules = "gone.toml"': ("there is no file here", "gone.toml"),
    INPUTS + '[judge]\ndisable = ["to_short"]': ("no rule 'to_short'", "did you mean 'too_short'?"),
    INPUTS + "[dedupe]\nthreshold = 0": ("threshold must be above 0", "[dedupe] threshold = 0"),
    INPUTS + "[dedupe]\nthreshold = 2": ("threshold must be above 0 and at most 1",),
    INPUTS + "[dedupe]\nthreshold = nan": ("threshold must be above 0 and at most 1",),
    INPUTS + f"[dedupe]\nthreshold = 1{'0' * 400}": ("threshold must be above 0 and at most 1",),
    INPUTS + "[dedupe]\nbands = 100\nrows = 5": ("100 bands of 5 rows need 500 permutations", "raise permutations"),
    INPUTS + "[dedupe]\nngram = 0": ("ngram must be a whole number from 1 to",),
    INPUTS + "[dedupe]\nngram = 5.0": ("5.0 is not what ngram takes", "the default is 5"),
    INPUTS + "[dedupe]\npermutations = true": ("True is not what permutations takes",),
    INPUTS + '[read]\nruby = "dorp"': ("ruby cannot be 'dorp'", "[read] ruby", "drop, keep"),
    INPUTS + '[read]\nnfkc = "yes"': ("nfkc cannot be 'yes'", "safe, kana, all, none"),
    INPUTS + '[read]\npunctuation = "no"': ("'no' is not what punctuation takes",),
    INPUTS + "read = 5": ("read must be a table", "write it as [read]"),
    INPUTS + '[protect]\nkinds = ["emial"]': ("called 'emial'", "[protect] kinds", "did you mean 'email'?"),
    INPUTS + '[protect]\nkinds = "email"': ("kinds must be a list of texts",),
    INPUTS + '[release]\nquality = ["charactrs"]': ("[release] quality", "did you mean 'characters'?"),
    INPUTS + '[columns]\ntxt = "body"': ("[columns] has no key 'txt'", "did you mean 'text'?"),
    INPUTS + '[engine]\nmemory = "lots"': ("'lots' is not a size", "[engine] memory"),
    INPUTS + '[engine]\nmemory = "1 MB"': ("'1 MB' is too small",),
    INPUTS + '[engine]\npage = "3 GB"': ("'3 GB' is too large",),
    INPUTS + "[engine]\nshard = 0": ("0 is too small",),
    INPUTS + "[engine]\nworkers = -1": ("workers cannot be negative",),
    INPUTS + "[engine]\nworkers = 100000": ("100000 workers are too many",),
    INPUTS + "name = 5": ("name must be text",),
    "": ("the recipe names no inputs", 'write inputs = ["'),
    'name = "x"': ("the recipe names no inputs",),
    "inputs = []": ("the recipe names no inputs",),
    "inputs = [5]": ("the recipe names no inputs",),
    'inputs = ["crawl.wa': ("not valid TOML",),
    INPUTS + "[dedupe": ("not valid TOML",),
    INPUTS + INPUTS: ("not valid TOML",),
    INPUTS + "x = " + "[" * 5000: ("not valid TOML",),
    INPUTS + f"[dedupe]\nngram = 1{'0' * 5000}": ("not valid TOML",),
    "\0\1\2": ("not valid TOML",),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a crawl in it."""
    folder = tmp_path_factory.mktemp("home")
    small_crawl.write(folder / "crawl.warc.gz")
    return folder


@pytest.fixture(scope="module")
def corpus(home: Path) -> Path:
    """A finished release of the crawl; tests copy it."""
    built(home / "corpus", home / "crawl.warc.gz")
    return home / "corpus"


@pytest.mark.parametrize("text", RECIPES, ids=[text[-40:] or "empty" for text in RECIPES])
def test_a_recipe_is_refused_with_its_place_and_the_nearest_name(home: Path, text: str) -> None:
    (home / "recipe.toml").write_text(text, "utf-8")
    error = refused("build", home / "recipe.toml", "--out", home / "out", "--json")
    assert str(home / "recipe.toml") in error
    for part in RECIPES[text]:
        assert part in error
    assert not (home / "out").exists()


def test_a_recipe_that_cannot_be_read(tmp_path: Path) -> None:
    bad = {"utf16.toml": INPUTS.encode("utf-16"), "cp932.toml": (INPUTS + 'name = "表"').encode("cp932")}
    bad["packed.toml"] = b"\x1f\x8b\x08\xff\xfe"
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        assert "not UTF-8 text" in refused("build", tmp_path / name, "--out", tmp_path / "out")
    (tmp_path / "folder.toml").mkdir()
    assert "this is a folder" in refused("build", tmp_path / "folder.toml", "--out", tmp_path / "out")
    assert "`manyo new`" in refused("build", tmp_path / "gone.toml", "--out", tmp_path / "out")
    assert "already there" in refused("new", tmp_path / "utf16.toml")
    assert "cannot be written" in refused("new", tmp_path / "none" / "recipe.toml")


# The output folder.


def test_an_output_that_cannot_be(home: Path, tmp_path: Path) -> None:
    crawl = home / "crawl.warc.gz"
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine", "utf-8")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / ".manyo").touch()
    for name, says in {
        "file": "the output is a file",
        "file/below": "Not a directory",
        "full": "not empty, and not a build's",
        "odd": "the work folder cannot be used",
        "nosuchprotocol://bucket/corpus": "the work folder cannot be used",
        "s3://key:secret@bucket/corpus": "this address holds a name or a password",
        "x" * 300: "the output folder cannot be used",
    }.items():
        said = refused("build", crawl, "--out", name if ":" in name else tmp_path / name)
        assert says in said
        assert "secret" not in said
    assert "lies within an input" in refused("build", home, "--out", home / "below")
    assert (tmp_path / "full" / "thesis.txt").read_text("utf-8") == "mine"
    assert not Path("s3:").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_that_may_not_be_written(home: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "Permission denied" in refused("build", home / "crawl.warc.gz", "--out", tmp_path / "out")


def test_an_output_of_any_name_whose_parents_are_not_there_yet(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path("町:記録") / "50%20 a'b"
    built(out, home / "crawl.warc.gz")
    told = manyo("explain", out, "https://site0.example.jp/0.html", "--lang", "en")
    assert "Where its bytes are" in told.out


def test_another_recipes_work_is_left_alone(home: Path, corpus: Path, tmp_path: Path) -> None:
    out = shutil.copytree(corpus, tmp_path / "corpus")
    (home / "other.toml").write_text(INPUTS + 'name = "corpus"\n[dedupe]\nthreshold = 0.9', "utf-8")
    error = refused("build", home / "other.toml", "--out", out)
    assert "another build's work" in error
    assert "recipe.dedupe.threshold was 0.7, is 0.9" in error
    assert manyo("verify", out).code == 0


def test_input_that_is_changed_or_gone_at_the_second_run(tmp_path: Path) -> None:
    crawl = small_crawl.write(tmp_path / "crawl.warc.gz", 4)
    built(tmp_path / "out", crawl)
    time.sleep(0.01)
    small_crawl.write(crawl, 5)
    error = refused("build", crawl, "--out", tmp_path / "out")
    assert "another build's work: inputs." in error
    assert "crawl.warc.gz was" in error
    crawl.unlink()
    assert "no such file" in refused("build", crawl, "--out", tmp_path / "out")
    assert manyo("verify", tmp_path / "out").code == 0


def test_damage_to_a_finished_release_is_found_and_put_right(home: Path, tmp_path: Path) -> None:
    out, crawl = tmp_path / "out", home / "crawl.warc.gz"
    built(out, crawl)
    part, mine = out / "data" / "part-00000.parquet", out / "data" / "mine.txt"
    whole = part.read_bytes()
    part.unlink()
    part.write_bytes(whole[:-40])
    mine.touch()
    (out / "data" / "part-00009.parquet").touch()
    error = refused("verify", out)
    assert "data/part-00000.parquet" in error
    assert "data/part-00009.parquet" in error
    built(out, crawl)
    with part.open("r+b") as file:  # now the very file that the build keeps: its name here is a second one
        file.write(b"XXXX")
    assert "its bytes have changed" in refused("verify", out)
    assert "run the same command again" in message(build(out, crawl))
    built(out, crawl)
    assert part.read_bytes() == whole
    assert mine.exists()


# The verbs that look at a release.


def test_what_is_no_release(home: Path, tmp_path: Path) -> None:
    (tmp_path / "half" / ".manyo").mkdir(parents=True)
    for folder, says in ((tmp_path / "none", "no such folder"), (tmp_path / "half", "no finished release")):
        for words in (("show", folder), ("verify", folder), ("explain", folder, "https://a.example.jp/")):
            assert says in refused(*words)
    assert "this is a file" in refused("show", home / "crawl.warc.gz")
    assert "cannot be read" in refused("extract", tmp_path / "none.html")


@pytest.mark.parametrize("damage", ["cut", "gone", "manifest"])
def test_a_damaged_release(corpus: Path, tmp_path: Path, damage: str) -> None:
    out = shutil.copytree(corpus, tmp_path / "corpus", ignore=shutil.ignore_patterns(".manyo"))
    path = out / ("manifest.json" if damage == "manifest" else "ledger/part-00000.parquet")
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:-40])
    assert path.name in refused("verify", out)
    refused("explain", out, "https://short.example.jp/")
    answer = manyo("show", out)  # which needs the manifest alone
    assert message(answer) if damage == "manifest" else answer.code == 0


def test_a_document_that_is_not_there(corpus: Path) -> None:
    assert "did you mean one of these?" in refused("explain", corpus, "https://short.example.jp/other")
    for key in ("", "zzz", "ffffffffffff", "\x1b[31m", "*", "'\"; --"):
        assert "no document here is called" in refused("explain", corpus, key)
    json.loads(manyo("explain", corpus, "https://short.example.jp/", "--json").out)
    json.loads(manyo("show", corpus, "--json").out)


# Moments.


@pytest.mark.parametrize("whole_group", [False, True])
def test_ctrl_c_stops_everything_and_the_same_command_goes_on(home: Path, tmp_path: Path, whole_group: bool) -> None:
    """A terminal sends the signal to the whole group, a program perhaps to the command alone."""
    (home / "many.toml").write_text(INPUTS + "[engine]\nshard = 1000\n", "utf-8")
    words = ("build", home / "many.toml", "--out", tmp_path / "out", "--workers", 2, "--json")
    with running(*words) as process:
        assert process.stdout is not None
        for line in process.stdout:
            seen = json.loads(line)
            if seen["stage"] == "read" and seen["done"] > 0:
                break
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        _, error = process.communicate()
    assert process.returncode == 130
    assert "the same command goes on from there" in error
    assert "Traceback" not in error
    assert not alive(process)
    assert "an interrupted build is finished by running it again" in refused("show", tmp_path / "out")
    answer = manyo(*words)
    assert answer.code == 0
    assert json.loads(answer.out.splitlines()[0])["resumed"] > 0
    assert manyo("verify", tmp_path / "out").code == 0


def test_two_builds_at_once_in_one_folder(home: Path, tmp_path: Path) -> None:
    words = ("build", home / "crawl.warc.gz", "--out", tmp_path / "out", "--workers", 1, "--json")
    with running(*words) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.send_signal(signal.SIGSTOP)  # so that it cannot be done before the second looks
        error = refused(*words)
        first.send_signal(signal.SIGCONT)
        assert f"another build is running in this work folder (process {first.pid})" in error
        assert first.communicate()[1] == ""
    assert first.returncode == 0
    assert manyo(*words).code == 0


def test_quiet_prints_nothing(home: Path, tmp_path: Path) -> None:
    words = ("build", home / "crawl.warc.gz", "--workers", 1)
    for _ in ("from nothing", "what is finished"):
        answer = manyo(*words, "--out", tmp_path / "new", "--quiet")
        assert (answer.code, answer.out, answer.err) == (0, "", "")
    loud = manyo(*words, "--out", tmp_path / "new", "--lang", "ja")
    assert "採用" in loud.out
    assert "読み取り" in loud.err
    assert refused("build", tmp_path / "gone.warc", "--out", tmp_path / "out", "--quiet")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB, for those who may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk(home: Path, small_disk: Path) -> None:
    crawl, out = home / "crawl.warc.gz", small_disk / "out"
    assert "the disk is full" in message(build(out, crawl))
    assert not (out / "manifest.json").exists()
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    whole = built(out, crawl)
    (out / "report.html").unlink()
    with (small_disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
        while True:
            filler.write(bytes(1 << 12))
    assert "No space left on device" in message(build(out, crawl))
    (small_disk / "filler").unlink()
    assert built(out, crawl) == whole
