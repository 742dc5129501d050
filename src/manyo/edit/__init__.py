"""Text becomes other text, as a recipe asks.

In: a column of masked texts, the names of edits, and where the placeholders stand. Out: the edited texts, the
placeholders' new places, and how many characters each edit removed.

An edit may delete characters, or put one in the place of another that is as long in UTF-8; nothing else. So what an
edit does is a keep mask and a copy of the bytes, one kernel carries out all of them, and a placeholder is either whole
or gone. Which edits there are, and whose they are, stands in `catalogue.py`; a recipe names those that go before the
measuring and those that go after the judging (`judge`).

The edits are those of Japanese corpora: Swallow's punctuation and footers, LLM-jp's lines and URLs. Each says where it
parts from the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from manyo.edit.catalogue import EDITS, Edit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from manyo.edit.carry_out import Edited

__all__ = ["EDITS", "Edit", "apply", "delete"]


def apply(texts: Any, names: Sequence[str], spans: pa.Array | None = None) -> Edited:
    """Do the edits of these names, in this order. See `carry_out.apply`; loads the kernels on the first call."""
    from manyo.edit import carry_out

    return carry_out.apply(texts, names, spans)


def delete(texts: Any, keep: npt.NDArray[np.bool_], spans: pa.Array | None = None, *, name: str) -> Edited:
    """Delete bytes that somebody else has chosen. See `carry_out.delete`."""
    from manyo.edit import carry_out

    return carry_out.delete(texts, keep, spans, name=name)
