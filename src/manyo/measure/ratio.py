"""Shares: one count over another, 0 where the other is 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def share(part: npt.NDArray[Any], whole: npt.NDArray[Any], *, per: float = 1.0) -> npt.NDArray[np.float32]:
    """`per` x `part` / `whole`, element by element.

    >>> share(np.array([1, 3]), np.array([4, 0])).tolist()
    [0.25, 0.0]
    """
    ratio = np.zeros(len(part))
    np.divide(part * per, whole, out=ratio, where=whole > 0)
    return ratio.astype(np.float32)
