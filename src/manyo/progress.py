"""How a build shows what it is doing: a bar for people, JSON lines for machines, or nothing."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

if TYPE_CHECKING:
    from manyo.engine import Progress

_NAMES: Final = {
    "warm": ("カーネルの準備（初回のみ1分ほど）", "compiling kernels (once, about a minute)"),
    "read": ("読み取り・採否", "reading and judging"),
    "needles": ("評価データの読み込み", "reading evaluation sets"),
    "lines": ("反復行の集計", "counting lines"),
    "trim": ("反復行の除去・採否", "removing lines and judging"),
    "captures": ("同じURLの照合", "matching captures of an address"),
    "match": ("重複の照合", "matching duplicates"),
    "compare": ("判定の難しい組の比較", "comparing pairs in doubt"),
    "cluster": ("重複のまとめ", "clustering"),
    "sign": ("既存版の署名", "signing an earlier release"),
    "sort": ("既存版の索引", "sorting its index"),
    "meet": ("既存版との照合", "looking up in earlier releases"),
    "earlier": ("既存版との重複のまとめ", "settling what they have"),
    "release": ("書き出し", "writing the release"),
}


class Display(Protocol):
    """Called by the engine a few times a second; a context manager around the build."""

    def __call__(self, progress: Progress) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Silent:
    """Shows nothing."""

    def __call__(self, progress: Progress) -> None:
        return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


class Lines(Silent):
    """One JSON object a line on standard output, as it is now: stage, shards done and planned, counts, seconds."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._out = sys.stdout

    def __call__(self, progress: Progress) -> None:
        line = {
            "event": "progress",
            "stage": progress.stage,
            "done": progress.done,
            "total": progress.total,
            "resumed": progress.resumed,
            "quarantined": progress.quarantined,
            "counts": {name: value for name, value in progress.counts.items() if isinstance(value, int)},
            "seconds": round(time.monotonic() - self._began, 2),
        }
        print(json.dumps(line), file=self._out, flush=True)


class Terminal:
    """A bar on standard error: stage, how far, documents, MB/s, share that passed, time left.

    Where standard error is no terminal, one line for each finished stage.
    """

    def __init__(self, lang: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._console = Console(file=sys.stderr)
        self._language = 0 if lang == "ja" else 1
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, Any] = {}
        self._began: dict[str, tuple[float, int]] = {}
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        now, size = time.monotonic(), int(progress.counts.get("bytes", 0))
        began, first = self._began.setdefault(progress.stage, (now, size))
        facts = self._facts(progress, (size - first) / max(now - began, 1e-9) / 1e6)
        name = _NAMES.get(progress.stage, (progress.stage, progress.stage))[self._language]
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bar.add_task(name, facts=facts)
        done, total = progress.done, progress.total
        if progress.stage == "read" and done < total:  # shards may be few and large: go by the bytes of the input
            done, total = int(progress.counts.get("stored", 0)), max(int(progress.counts["input"]), 1)
        self._bar.update(self._tasks[progress.stage], completed=done, total=total, facts=facts)
        if not self._console.is_terminal and progress.done == progress.total and progress.stage not in self._told:
            self._told.add(progress.stage)
            self._console.print(f"{name}: {progress.done}/{progress.total} {facts}", highlight=False)

    def _facts(self, progress: Progress, speed: float) -> str:
        counts = progress.counts
        facts = []
        if progress.stage == "read":
            documents, passed = int(counts.get("documents", 0)), int(counts.get("passed", 0))
            share = passed / documents if documents else 0.0
            words = ("文書", "合格") if self._language == 0 else ("documents", "pass")
            facts = [
                f"{documents:,} {words[0]}",
                f"{speed:,.{0 if speed >= 10 else 1}f} MB/s",
                f"{share:.1%} {words[1]}",
            ]
        if progress.resumed:
            facts.append(f"{'再開' if self._language == 0 else 'resumed'} {progress.resumed}")
        if progress.quarantined:
            facts.append(f"{'隔離' if self._language == 0 else 'quarantined'} {progress.quarantined}")
        return "  ".join(facts)


@contextmanager
def counting(total: int, name: str) -> Iterator[Callable[[int], None]]:
    """A bar on standard error for work that counts to `total`: call what it gives with how far it is.

    Nothing is shown where standard error is no terminal, nor of work that is over within a second.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn(compact=True), console=console, transient=True, disable=True) as bar:
        task = bar.add_task(name, total=total)
        began = time.monotonic()

        def show(done: int) -> None:
            if bar.disable and console.is_terminal and time.monotonic() - began > 1:
                bar.disable = False
                bar.start()
            bar.update(task, completed=done)

        yield show
