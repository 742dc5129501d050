"""The command line as the tests type it, and what every answer of it must be."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

from manyo import release
from manyo.cli import main

PATIENCE = 600  # seconds: a machine without compiled kernels needs some of them, a hang all


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


def manyo(*words: object) -> Answer:
    """Run the command in this process. An exception that would be a traceback comes through; a hang is a TimeoutError."""

    def late(*_: object) -> None:
        raise TimeoutError(f"no end after {PATIENCE} s: {words}")

    out, err = io.StringIO(), io.StringIO()
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main([str(word) for word in words], prog_name="manyo")
    except SystemExit as end:
        return Answer(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return Answer(0, out.getvalue(), err.getvalue())


@contextmanager
def running(*words: object) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, the leader of a group of its own, its output in pipes; nothing of it is left behind."""
    command = [sys.executable, "-m", "manyo", *map(str, words)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", start_new_session=True)
    late = Timer(PATIENCE, process.kill)
    late.start()
    with process:
        try:
            yield process
        finally:
            process.kill()
            late.cancel()


def alive(process: subprocess.Popen[str]) -> bool:
    """Whether anything of the process's group still runs."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def message(answer: Answer) -> str:
    """The error of a command that failed: what was wrong, where, and what to do; no traceback, no half a result."""
    assert answer.code == 1, answer
    assert answer.err.startswith("error: "), answer.err
    assert "\n  where: " in answer.err, answer.err
    assert "\n  to do: " in answer.err, answer.err
    assert "Traceback" not in answer.err
    assert "release" not in [line["event"] for line in map(json.loads, answer.out.splitlines())]
    return answer.err


def refused(*words: object) -> str:
    """Run a command that must fail; its error."""
    return message(manyo(*words))


def build(out: Path, *inputs: object) -> Answer:
    return manyo("build", *inputs, "--out", out, "--workers", 1, "--json")


def built(out: Path, *inputs: object) -> dict[str, Any]:
    """Build into `out`; the manifest of a release in which everything adds up and every file is as it says."""
    answer = build(out, *inputs)
    assert (answer.code, answer.err) == (0, "")
    lines = [json.loads(line) for line in answer.out.splitlines()]
    assert [line["event"] for line in lines[:-1]] == ["progress"] * (len(lines) - 1)
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_bytes())
    assert lines[-1] == {
        "event": "release",
        "path": str(out),
        "counts": manifest["counts"],
        "report": str(out / "report.html"),
    }
    release.check(manifest)
    assert manyo("verify", out).code == 0
    return manifest
