"""A worker process: takes attempts from one connection, performs them one by one, and says what came of each.

Started as `python -m manyo.engine.worker FD`, never forked: the driver's threads and locks stay out of it, and a script
that calls Manyo needs no `if __name__ == "__main__"`. It dies with its driver, whatever either was doing.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from manyo.engine.breadcrumb import Breadcrumb
from manyo.engine.protocol import OUT_OF_MEMORY, Begun, Counts, Failed, Message, Refused, Setup
from manyo.engine.store import Store, disk_full, open_store, unreachable
from manyo.engine.task import Attempt, BrokenTaskError, perform
from manyo.errors import ManyoError


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the driver sees to us
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))  # cores hold documents
    faulthandler.enable(all_threads=False)
    _die_with_parent()
    connection = Connection(int(sys.argv[1]))
    setup: Setup = connection.recv()
    sys.path[:] = setup.path
    orders: SimpleQueue[Attempt] = SimpleQueue()
    Thread(target=_listen, args=(connection, orders), daemon=True).start()
    store = open_store(setup.store, setup.part)
    breadcrumb = Breadcrumb(Path(setup.breadcrumb))
    while True:
        attempt = orders.get()
        breadcrumb.leave("")
        connection.send(Begun())
        connection.send(_answer(attempt, store, breadcrumb, connection, setup.node))


def _answer(attempt: Attempt, store: Store, breadcrumb: Breadcrumb, connection: Connection, node: str) -> Message:
    try:
        return perform(attempt, store, breadcrumb.leave, lambda counts: connection.send(Counts(counts)), node)
    except ManyoError as error:
        return Refused(error)
    except BrokenTaskError as error:
        return Refused(RuntimeError(str(error)))
    except MemoryError:
        return Failed(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - any exception is a death of the attempt, which the driver judges
        stop = disk_full(error, store.url) or unreachable(error)
        if stop is not None:
            return Refused(stop)
        traceback.print_tb(error.__traceback__)  # into the log: the frames alone
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Failed(f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno} in {place.name}")


def _listen(connection: Connection, orders: SimpleQueue[Attempt]) -> None:
    while True:
        try:
            orders.put(connection.recv())
        except (EOFError, OSError):
            os._exit(0)  # the driver is gone, or done with us


def _die_with_parent() -> None:
    """Linux: have the kernel kill us with our driver, should a library hold the interpreter so that nobody listens."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


if __name__ == "__main__":
    main()
