"""Records and shards that kill their worker: found, left out with their cause, and the rest is done."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_tasks import SECRET, executions
from manyo import engine
from manyo.engine.breadcrumb import LIMIT, Breadcrumb
from manyo.engine.driver import RECORDS_PER_SHARD, _History
from manyo.engine.pool import Died
from manyo.engine.task import Attempt
from manyo.errors import ManyoError

MIB = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work"


def copy(folder: Path, *shards: list[str], **options: object) -> engine.Seal:
    trace = f"{folder}.trace"
    tasks = [
        engine.Task("copy", shard, "engine_tasks:records", {"names": names, "trace": trace})
        for shard, names in enumerate(shards)
    ]
    store = engine.open_store(folder)
    return engine.run("copy", tasks, store=store, workers=2, fingerprint="", **options)  # type: ignore[arg-type]


def copied(folder: Path, seal: engine.Seal, shard: int) -> list[str]:
    return engine.open_store(folder).cat(seal.commits[shard].files["records"]["path"]).decode().split()


def attempts(folder: Path, stage: str = "copy") -> Counter[int]:
    return Counter(shard for shard, _ in executions(folder, stage))


@pytest.mark.parametrize(
    ("poison", "cause", "options"),
    [
        ("segfault", "killed by SIGSEGV at ", {}),
        ("abort", "killed by SIGABRT at engine_tasks.py:", {}),
        ("exit", "exited with status 7", {}),
        ("raise", "ValueError at engine_tasks.py:", {}),
        ("memoryerror", "out of memory", {}),
        ("killed", "killed by SIGKILL", {}),
        ("hog", "out of memory: more than 200 MiB", {"memory_limit": 200 * MIB}),
        ("stall", "stalled for 1.5 s", {"stall_seconds": 1.5}),
    ],
)
def test_a_poison_record_alone_is_left_out(
    folder: Path, poison: str, cause: str, options: dict[str, float | None]
) -> None:
    shards = ["a", "b"], ["c", poison, "d"], ["e"]
    seal = copy(folder, *shards, **options)
    assert [copied(folder, seal, shard) for shard in range(3)] == [["a", "b"], ["c", "d"], ["e"]]
    (quarantined,) = seal.commits[1].quarantined
    assert quarantined["record"] == poison
    assert quarantined["cause"].startswith(cause)
    assert seal.lost == ()
    assert attempts(folder) == {0: 1, 1: 3, 2: 1}  # died, died alone, done without it
    assert len({process for shard, process in executions(folder, "copy") if shard == 1}) == 3
    again = copy(folder, *shards, **options)
    assert again == seal
    assert attempts(folder)[1] == 3


def test_every_poison_record_of_a_shard_is_found(folder: Path) -> None:
    names = ["a", "raise-1", "b", "segfault-2", "raise-3", "c"]
    seal = copy(folder, names)
    assert copied(folder, seal, 0) == ["a", "b", "c"]
    assert [one["record"] for one in seal.commits[0].quarantined] == ["raise-1", "segfault-2", "raise-3"]


def test_kills_from_outside_cost_attempts_and_no_record(folder: Path) -> None:
    names = ["a", "killedonce-1", "b", "killedonce-2", "c"]
    seal = copy(folder, names)
    assert copied(folder, seal, 0) == names
    assert seal.commits[0].quarantined == ()
    assert attempts(folder) == {0: 3}


def test_records_that_are_killed_again_and_again_are_not_mistaken_for_chance(folder: Path) -> None:
    """As by the kernel when memory runs out."""
    seal = copy(folder, ["killed-1", "killed-2", "killed-3", "killed-4", "a"])
    assert copied(folder, seal, 0) == ["a"]
    assert [one["record"] for one in seal.commits[0].quarantined] == ["killed-1", "killed-2", "killed-3", "killed-4"]


def test_a_suspect_is_tried_with_no_other_task_beside_it(folder: Path) -> None:
    tasks = [engine.Task("s", shard, "engine_tasks:watches", {"trace": f"{folder}.trace"}) for shard in range(3)]
    seal = engine.run("s", tasks, store=engine.open_store(folder), workers=2, fingerprint="")
    assert attempts(folder, "s") == {0: 2, 1: 1, 2: 1}
    assert seal.commits[0].statistics == {"others": 0}


def test_slow_is_not_stalled(folder: Path) -> None:
    names = [f"slow-{number}" for number in range(4)]
    seal = copy(folder, names, stall_seconds=1.5)
    assert copied(folder, seal, 0) == names
    assert attempts(folder) == {0: 1}


def test_a_commit_whose_worker_died_before_it_could_say_so_counts(folder: Path) -> None:
    task = engine.Task("s", 0, "engine_tasks:dies_when_committed", {"trace": f"{folder}.trace"})
    seal = engine.run("s", [task], store=engine.open_store(folder), workers=1, fingerprint="")
    assert seal.statistics == {"done": 1}
    assert attempts(folder, "s") == {0: 1}


def test_a_shard_with_too_many_is_given_up_and_the_build_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manyo.engine.driver.RECORDS_PER_SHARD", 3)
    poison = [f"raise-{number}" for number in range(8)]
    seal = copy(folder, poison, ["a"])
    assert copied(folder, seal, 1) == ["a"]
    (lost,) = seal.lost
    assert lost.files == {}
    assert lost.lost.startswith("more than 3 records that kill their worker, the last: ValueError")
    assert lost.statistics == {"quarantined_shard": lost.lost}
    assert len(lost.quarantined) == 5  # the records, and the shard
    assert copy(folder, poison, ["a"]) == seal
    before = attempts(folder)
    copy(folder, poison, ["a"], retry_quarantined=True)
    assert attempts(folder)[0] > before[0]
    assert attempts(folder)[1] == before[1]


def test_a_shard_that_dies_without_a_breadcrumb_is_given_up(folder: Path) -> None:
    tasks = [engine.Task("s", 0, "engine_tasks:nameless", {"trace": f"{folder}.trace"})]
    store = engine.open_store(folder)
    with pytest.raises(ManyoError, match=r"shard 0 of stage s cannot be done.*SIGABRT"):
        engine.run("s", tasks, store=store, workers=1, fingerprint="", needed=True)
    assert not store.exists("seals/s.json")
    seal = engine.run("s", tasks, store=store, workers=1, fingerprint="")
    assert seal.lost[0].quarantined[-1] == {"record": "", "cause": seal.lost[0].lost}
    assert attempts(folder, "s") == {0: 4}
    with pytest.raises(ManyoError, match="cannot be done"):  # a loss accepted before is not accepted now
        engine.run("s", tasks, store=store, workers=1, fingerprint="", needed=True)


def test_no_record_is_blamed_for_what_happens_after_the_last(folder: Path) -> None:
    task = engine.Task("s", 0, "engine_tasks:forgets_its_file")
    (lost,) = engine.run("s", [task], store=engine.open_store(folder), workers=1, fingerprint="").lost
    assert [one["record"] for one in lost.quarantined] == [""]
    assert lost.lost.startswith("FileNotFoundError at ")


def test_what_an_exception_says_is_written_nowhere(folder: Path) -> None:
    seal = copy(folder, ["raise", "memoryerror", "a"])
    assert len(seal.commits[0].quarantined) == 2
    assert all(SECRET.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere mapped files cannot be told from memory that is owned")
def test_mapped_files_are_not_counted_as_memory(folder: Path, tmp_path: Path) -> None:
    """A shard that is mapped into memory is resident, but it is the kernel's to take back."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(300 * MIB)
    task = engine.Task("s", 0, "engine_tasks:maps", {"path": str(large)})
    store = engine.open_store(folder)
    seal = engine.run("s", [task], store=store, workers=1, fingerprint="", memory_limit=200 * MIB)
    assert seal.commits[0].statistics == {"bytes": 300 * MIB}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_the_last_breadcrumb_is_read_by_others(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("crumbs") / "worker"
    reader = Breadcrumb(path, create=True)
    writer = Breadcrumb(path)
    assert (reader.read(), reader.count) == ("", 0)
    for number, text in enumerate(texts, 1):
        writer.leave(text)
        assert (reader.read(), reader.count) == (text, number)
    with pytest.raises(ValueError, match="at most"):
        writer.leave("あ" * LIMIT)
    writer.leave("\ud800")  # a lone surrogate, as in the name of a damaged file
    assert reader.read() == "\ud800"


DEATHS = st.tuples(st.sampled_from(["", "a", "b", "c", *map(str, range(40))]), st.booleans())


@settings(max_examples=30, deadline=None)
@given(st.lists(DEATHS, min_size=60, max_size=60))
def test_no_series_of_deaths_is_endless(deaths: list[tuple[str, bool]]) -> None:
    """Whatever kills a task, it is tried at most three times for each record that may be given up, and a few more."""
    task, history, tries = engine.Task("s", 0, "m:f"), _History(), 0
    for tries, (record, own_doing) in enumerate(deaths, 1):
        attempt = Attempt(task, "", careful=tries > 1, quarantined=tuple(history.quarantined))
        if history.learn(Died(attempt, "cause", record, own_doing)):
            break
    assert 2 <= tries <= 1 + 3 * (RECORDS_PER_SHARD + 1) + 3
    records = [one["record"] for one in history.quarantined]
    assert len(set(records)) == len(records) <= RECORDS_PER_SHARD + 1
    assert "" not in records
