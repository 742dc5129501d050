"""Machine code is cached beside the sources, else in the user's cache, else nowhere; none of these is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from manyo import machine_code


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A room whose own cache cannot be made: a file stands in its place (rights would not stop root)."""
    folder = tmp_path / "manyo" / "room"
    folder.mkdir(parents=True)
    (folder / "kernel.py").write_text("WIDTH = 1\n", encoding="utf-8")
    (folder / "__pycache__").write_bytes(b"")
    return folder


def test_beside_the_sources(room: Path) -> None:
    (room / "__pycache__").unlink()
    assert Path(machine_code.cache_folder(room)).parent == room / "__pycache__"


def test_in_the_users_cache_where_the_install_is_read_only(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = room.parent / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert Path(machine_code.cache_folder(room)).parent == cache / "manyo" / "room"


def test_nowhere_for_an_account_without_a_home(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert machine_code.cache_folder(room) == ""


def test_other_sources_have_another_folder(room: Path) -> None:
    (room / "__pycache__").unlink()
    before = machine_code.cache_folder(room)
    machine_code.cache_folder.cache_clear()
    (room / "kernel.py").write_text("WIDTH = 2\n", encoding="utf-8")
    assert machine_code.cache_folder(room) != before


def test_every_room_with_kernels_is_compiled_before_a_build_or_has_no_part_in_most() -> None:
    package = Path(machine_code.__file__).parent
    rooms = {source.parent.name for source in package.rglob("*.py") if b"\n@kernel\n" in source.read_bytes()}
    seldom = {"explore", "judge"}  # not in a build; only where a recipe has lists of hosts
    assert rooms - seldom == set(machine_code.BUILDING)
