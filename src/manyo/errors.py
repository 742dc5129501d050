"""The one error a person can cause.

A `ManyoError` says what was wrong, where, and what to do. Anything else that reaches a person is a bug in Manyo.
"""

from __future__ import annotations


class ManyoError(Exception):
    """What was wrong, where it was, and what to do about it.

    >>> print(ManyoError("there is no file here", where="inputs[0] = 'crawl.warc.gz'", hint="check the path"))
    there is no file here
      where: inputs[0] = 'crawl.warc.gz'
      to do: check the path
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, where, hint

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.hint:
            lines.append(f"  to do: {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.what, self.where, self.hint)


def _rebuild(what: str, where: str, hint: str) -> ManyoError:
    """Exceptions cross from worker to driver by pickle, which cannot fill keyword-only arguments by itself."""
    return ManyoError(what, where=where, hint=hint)
