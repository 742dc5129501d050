"""One driver at a time in a store that is elsewhere: leases, with time made short."""

from __future__ import annotations

import time
from collections.abc import Iterator

import fsspec
import pytest

from manyo import engine
from manyo.engine import lease as leases
from manyo.engine.lease import Lease
from manyo.engine.store import StoreError
from manyo.errors import ManyoError


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[engine.RemoteStore]:
    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "PATIENCE", 1.0)
    monkeypatch.setattr(leases, "_DOUBT", 0.5)
    files = fsspec.filesystem("memory")
    yield engine.RemoteStore("memory://leases/work")
    files.rm("/leases", recursive=True)


def die(lease: Lease) -> None:
    """As by kill -9: no renewal any more, and the record stays."""
    lease._ended.set()
    lease._thread.join()


def test_a_second_driver_is_refused_and_told_who_is_there(store: engine.RemoteStore) -> None:
    first = Lease(store)
    with pytest.raises(ManyoError, match=r"another build is running .*\(process \d+ on ") as caught:
        Lease(store)
    assert caught.value.where == store.url
    first.check()
    first.close()
    assert store.list("leases") == {}
    Lease(store).close()  # at once


def test_a_dead_drivers_lease_runs_out_and_a_sleeper_finds_that_it_is_not_its_any_more(
    store: engine.RemoteStore,
) -> None:
    sleeper = Lease(store)
    die(sleeper)
    began = time.monotonic()
    second = Lease(store)
    assert time.monotonic() - began >= leases.PATIENCE
    assert sleeper.overdue
    with pytest.raises(ManyoError, match="another build is running"):
        sleeper.check()
    sleeper.close()
    second.check()  # what it gave back was not the other's
    second.close()


def test_nobody_waits_for_one_who_is_known_to_be_dead(
    store: engine.RemoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "PATIENCE", 3600.0)
    first = Lease(store)
    die(first)
    second = Lease(store, predecessor=first.token)
    assert list(store.list("leases")) == ["leases/00000002.json"]
    second.close()


def test_of_two_successors_one_wins(store: engine.RemoteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    create = engine.RemoteStore.create

    def beaten(self: engine.RemoteStore, name: str, content: bytes) -> None:
        create(self, name, b'{"token": "of the other"}')
        create(self, name, content)

    monkeypatch.setattr(engine.RemoteStore, "create", beaten)
    with pytest.raises(ManyoError, match="another build is running"):
        Lease(store)


def test_a_clock_that_jumps_changes_nothing(store: engine.RemoteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only differences on one machine's monotonic clock are ever looked at."""
    first = Lease(store)
    for now in (0.0, 4e9):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        time.sleep(0.2)
        assert not first.overdue
        first.check()
        with pytest.raises(ManyoError, match="another build is running"):
            Lease(store)
    first.close()


def test_a_driver_that_cannot_renew_looks_before_it_goes_on(
    store: engine.RemoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = Lease(store)

    def unreachable(*_: object) -> None:
        raise StoreError(5, "no network", store.url)

    monkeypatch.setattr(engine.RemoteStore, "list", unreachable)
    time.sleep(0.8)
    assert lease.overdue
    with pytest.raises(StoreError):
        lease.check()
    monkeypatch.undo()
    monkeypatch.setattr(leases, "BEAT", 0.05)
    time.sleep(0.3)
    lease.check()  # the network is back, and nobody was there meanwhile
    lease.close()


def test_a_damaged_lease_is_nobodys(store: engine.RemoteStore) -> None:
    store.put_atomic("leases/00000004.json", b"\xff")
    lease = Lease(store)
    assert list(store.list("leases")) == ["leases/00000005.json"]
    lease.close()
