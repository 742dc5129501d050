"""Which evaluation sets a corpus is to be kept clean of, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from manyo.errors import ManyoError

REFUSE, CUT = "refuse", "cut"
SPAN: Final = 63  # characters by which the longest needle may be longer than the shortest: a bit each in 64
LONGEST: Final = 200  # characters of a needle
MOST: Final = 64  # benchmarks
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class BenchmarkSettings:
    """`benchmarks` are files by name, a list or one; `columns` the fields of theirs that hold items, all where empty.

    A document and an item have a passage in common when `characters` in a row are the same, letters and digits alone; of
    a shorter item all of it, from `shortest` characters on. Such a document is refused, or its passages are "cut" out.
    """

    benchmarks: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    columns: tuple[str, ...] = ()
    action: str = REFUSE
    characters: int = 20
    shortest: int = 13

    def __post_init__(self) -> None:
        if self.action not in (REFUSE, CUT):
            raise ManyoError(
                f"{self.action!r} is not what action takes",
                where=f"[decontaminate] action = {self.action!r}",
                hint='"refuse" refuses the document, "cut" takes the passage out of it',
            )
        if not 4 <= self.shortest <= self.characters <= min(self.shortest + SPAN, LONGEST):
            raise ManyoError(
                "the two lengths do not go together",
                where=f"[decontaminate] shortest = {self.shortest}, characters = {self.characters}",
                hint=f"shortest is at least 4, characters from shortest to shortest + {SPAN}, at most {LONGEST}",
            )
        if len(self.benchmarks) > MOST:
            raise ManyoError(
                f"{len(self.benchmarks)} benchmarks are too many",
                where="[decontaminate.benchmarks]",
                hint=f"at most {MOST}; one may have several files",
            )
        for name, files in self.benchmarks.items():
            where = f"[decontaminate.benchmarks] {name}"
            if not _NAME.fullmatch(name):
                hint = "use small letters, digits and _, a letter first"
                raise ManyoError(f"{name!r} cannot be the name of a benchmark", where=where, hint=hint)
            given = [files] if isinstance(files, str) else files
            if (
                not isinstance(given, list | tuple)
                or not given
                or not all(isinstance(one, str) and one for one in given)
            ):
                raise ManyoError(
                    "a benchmark is a file or a list of files", where=where, hint=f'{name} = "{name}.jsonl"'
                )

    @property
    def on(self) -> bool:
        """Whether there is any benchmark."""
        return bool(self.benchmarks)

    @property
    def cuts(self) -> bool:
        """Whether texts are changed."""
        return self.on and self.action == CUT

    def files(self) -> dict[str, list[str]]:
        """The files of each benchmark, as the recipe names them."""
        return {name: [files] if isinstance(files, str) else list(files) for name, files in self.benchmarks.items()}
