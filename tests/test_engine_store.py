"""The store: whole or not at all, by path and by fsspec URL."""

from __future__ import annotations

import errno
import os
import pickle
import tempfile
from pathlib import Path

import pytest

from manyo.engine.store import Store, disk_full, open_store


@pytest.fixture(params=["path", "file://", "local://", "memory://"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    kind = request.param
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where a store that is elsewhere has its scratch
    return open_store(tmp_path / "s" if kind == "path" else f"{kind}{tmp_path}/s")


def test_put_then_read(store: Store) -> None:
    assert store.list("a") == {}
    store.put_atomic("a/b/one", b"first")
    store.put_atomic("a/b/one", b"second!")
    path = store.scratch / "two"
    path.write_bytes(b"from a file")
    store.put_atomic("a/two", path)
    assert not path.exists()
    assert store.list("a") == {"a/b/one": 7, "a/two": 11}
    assert list(store.list("")) == ["a/b/one", "a/two"]
    assert store.cat("a/b/one") == b"second!"
    with store.open("a/two") as file:
        file.seek(5)
        assert file.read(1) == b"a"
    again = pickle.loads(pickle.dumps(store))
    assert again.url == store.url
    assert again.cat("a/two") == b"from a file"
    local = store.local_path("a/two")
    assert local is None or local.read_bytes() == b"from a file"
    store.remove("a/two")
    store.remove("a/two")
    assert not store.exists("a/two")
    assert store.exists("a/b/one")
    for read in (store.cat, store.open):
        with pytest.raises(FileNotFoundError):
            read("a/two")


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    store = open_store(tmp_path)
    store.put_atomic("name", b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if broken == "fsync" else Path, broken, fail)
    with pytest.raises(OSError, match="No space"):
        store.put_atomic("name", b"new")
    monkeypatch.undo()
    assert store.cat("name") == b"old"
    assert list(store.scratch.iterdir()) == []


def test_a_full_disk_is_seen_through_wrapping() -> None:
    wrapped = RuntimeError("a library's")
    wrapped.__context__ = OSError(errno.EDQUOT, "Disk quota exceeded")
    assert disk_full(wrapped, "work") is not None
    assert disk_full(OSError(errno.EIO, "Input/output error"), "work") is None
    circle = ValueError()
    circle.__context__ = KeyError()
    circle.__context__.__context__ = circle
    assert disk_full(circle, "work") is None
