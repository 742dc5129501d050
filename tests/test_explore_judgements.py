"""Judgements: a file that can train the quality score, whole at any moment, and what it says of a rule's precision."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.errors import ManyoError
from manyo.explore.estimate import READ, estimate
from manyo.explore.judgements import Judgements, wilson

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
from train_quality.labelled import judged


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_judgements_are_lines_that_the_training_takes(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    made = Judgements(path)
    made.add("a", "good", "一行\u2028二行\n三行", rule="too_short", recipe="manyo", failed=["too_short"], release="r")
    made.add("b", "bad", "", rule="", recipe="manyo", failed=[], release="r")
    assert [(one.text, one.good) for one in judged(path)] == [("一行\u2028二行\n三行", True), ("", False)]
    assert list(lines(path)[0]) == ["id", "label", "text", "rule", "recipe", "failed", "release", "time"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made.close()


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.sampled_from("abcde"), st.sampled_from(["good", "bad"])),
            st.sampled_from(["undo", "again"]),
        ),
        max_size=25,
    )
)
@settings(max_examples=50, deadline=None)
def test_the_file_is_always_what_was_last_said(tmp_path_factory: pytest.TempPathFactory, steps: list[object]) -> None:
    path = tmp_path_factory.mktemp("j") / "j.jsonl"
    made = Judgements(path)
    said: dict[str, str] = {}
    for step in steps:
        if step == "undo":
            assert made.undo() == (next(reversed(said)) if said else "")
            if said:
                said.popitem()
        elif step == "again":
            made.close()
            made = Judgements(path)
        else:
            name, label = step  # type: ignore[misc]  # the other kinds of step were handled
            made.add(name, label, f"text of {name}")
            said.pop(name, None)
            said[name] = label
        assert dict(made.labels()) == said
        assert [(one["id"], one["label"]) for one in lines(path)] == list(said.items())
    made.close()


def test_a_line_that_a_crash_cut_off_goes_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    made = Judgements(path)
    made.add("a", "good", "一")
    made.add("b", "bad", "二")
    made.close()
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        if 0 < cut < len('{"id": '):
            with pytest.raises(ManyoError, match="something else"):
                Judgements(path)
            continue
        again = Judgements(path)
        again.add("c", "good", "三")
        again.close()
        names = [one["id"] for one in lines(path)]
        assert names[-1] == "c" and names[:-1] == ["a", "b"][: len(names) - 1]
        assert len(names) - 1 == whole[: cut + 1].count(b"\n")


@pytest.mark.parametrize("fails", ["write", "fsync"])
@pytest.mark.parametrize("step", ["add", "again", "undo"])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fails: str
) -> None:
    path = tmp_path / "j.jsonl"
    made = Judgements(path)
    made.add("a", "good", "一")
    made.add("b", "bad", "二")
    before = path.read_bytes()
    write, calls = os.write, []

    def full(handle: int, content: memoryview) -> int:
        """The first half of what there is to write, then no more; or all of it, which never reaches the disk."""
        calls.append(handle)
        if fails == "fsync" or len(calls) == 1:
            return write(handle, content[: len(content) // 2 + 1])
        raise OSError(errno.ENOSPC, "No space left on device")

    def failing(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        patch.setattr(os, "fsync", failing)
        with pytest.raises(ManyoError, match="cannot be written"):
            made.undo() if step == "undo" else made.add({"add": "c", "again": "a"}[step], "bad", "三" * 50)
    assert path.read_bytes() == before and dict(made.labels()) == {"a": "good", "b": "bad"}
    made.add("c", "good", "四")
    assert [one["id"] for one in lines(path)] == ["a", "b", "c"]
    made.close()
    assert [file.name for file in tmp_path.iterdir()] == ["j.jsonl"]


@pytest.mark.parametrize(
    "content", [b"my notes\n", b'{"id": "a"}\n', b'[1]\n{"id"', b"\xff\xfe\n", b"notes", b"[" * 99999 + b"\n"]
)
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    with pytest.raises(ManyoError) as error:
        Judgements(path)
    assert path.read_bytes() == content
    assert "notes\n" not in str(error.value).replace(str(path), "")


def test_one_process_at_a_time(tmp_path: Path) -> None:
    first = Judgements(tmp_path / "j")
    with pytest.raises(ManyoError, match="another"):
        Judgements(tmp_path / "j")
    first.add("a", "good", "")
    first.add("a", "bad", "")  # replaces the file, and keeps it locked
    with pytest.raises(ManyoError, match="another"):
        Judgements(tmp_path / "j")
    first.close()
    Judgements(tmp_path / "j").close()


def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    with pytest.raises(ManyoError, match="cannot be opened"):
        Judgements(tmp_path)
    with pytest.raises(ManyoError, match="cannot be opened"):
        Judgements(tmp_path / "no" / "folder")
    made = Judgements(tmp_path / "j")
    with pytest.raises(ManyoError, match="good or bad"):
        made.add("a", "so-so", "")
    made.close()


@given(trials=st.integers(0, 500), data=st.data())
def test_wilsons_interval_holds_the_share(trials: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    low, high = wilson(hits, trials)
    share = hits / trials if trials else 0.5
    assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1
    mirrored = wilson(trials - hits, trials)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))


@given(data=st.data(), rows=st.integers(1, 40))
def test_the_sample_is_how_far_one_has_read_in_the_random_order(data: st.DataObject, rows: int) -> None:
    order = np.array(data.draw(st.permutations(range(rows))), np.int32)
    flags = np.array(data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows)))
    labels = data.draw(st.dictionaries(st.integers(0, rows - 1), st.sampled_from(["good", "bad"])))
    found = estimate(order, flags, labels)
    reading = sorted(np.flatnonzero(flags).tolist(), key=lambda row: order[row])
    far = [m for m in range(1, len(reading) + 1)
           if reading[m - 1] in labels and sum(row in labels for row in reading[:m]) >= READ * m]  # fmt: skip
    drawn = max(far, default=0)
    sample = [row for row in reading[:drawn] if row in labels]
    assert (found.total, found.drawn, found.sample) == (len(reading), drawn, len(sample))
    assert found.bad == sum(labels[row] == "bad" for row in sample)
    assert found.judged == sum(row in labels for row in reading)
    assert (found.low, found.high) == wilson(found.bad, found.sample)
