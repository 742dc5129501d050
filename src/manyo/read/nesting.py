"""Which open elements a tag closes: those it names, and those whose end tags HTML lets authors leave out.

`stack` holds the open elements as indexes into `tags.ELEMENTS`, its level 0 the page itself; a level is what these
functions return, 0 for none. They look from the innermost element out and stop at what HTML calls a scope; the stack's
bound is the bound of their work.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from manyo.kernels import borrowing
from manyo.read import tags


@borrowing
def _nearest(
    stack: npt.NDArray[np.int32],
    depth: int,
    tag: int,
    kinds: npt.NDArray[np.int32],
    element_roles: npt.NDArray[np.int32],
    barrier: int,
) -> int:
    """The level of the innermost open `tag`, 0 when a cell or an element with a `barrier` role stands before it."""
    level = depth - 1
    while level > 0:
        here = stack[level]
        if here == tag:
            return level
        if kinds[here] & tags.CELL or element_roles[here] & barrier:
            return 0
        level -= 1
    return 0


@borrowing
def closed_by(
    stack: npt.NDArray[np.int32],
    depth: int,
    tag: int,
    kinds: npt.NDArray[np.int32],
    element_roles: npt.NDArray[np.int32],
) -> int:
    """The level of the element that an end tag closes, 0 when it closes none.

    An inline end tag closes no block; only a table's own end tags reach out of a cell; any heading's closes a heading.
    """
    kind = kinds[tag]
    heading = element_roles[tag] & tags.HEADING
    level = depth - 1
    while level > 0:
        here = stack[level]
        if here == tag or (heading and element_roles[here] & tags.HEADING):
            return level
        if kind & tags.FORMATTING and kinds[here] & tags.BLOCK:
            return 0
        if kinds[here] & tags.CELL and not kind & tags.STRUCTURE:
            return 0
        level -= 1
    return 0


@borrowing
def _nearest_row(stack: npt.NDArray[np.int32], depth: int, tag_tr: int, element_roles: npt.NDArray[np.int32]) -> int:
    """The level of the open table row of the innermost table, 0 when there is none: a new row closes its cells too."""
    level = depth - 1
    while level > 0:
        if stack[level] == tag_tr:
            return level
        if element_roles[stack[level]] & tags.TABLE:
            return 0
        level -= 1
    return 0


@borrowing
def implied(
    stack: npt.NDArray[np.int32],
    depth: int,
    tag: int,
    kinds: npt.NDArray[np.int32],
    element_roles: npt.NDArray[np.int32],
    opened: npt.NDArray[np.int32],
    known: npt.NDArray[np.int32],
) -> int:
    """The level from which a start tag closes what is open: `<p>a<p>b`, `<li>a<li>b`, `<td>a<td>b`, a new row, ...

    `opened` counts the open elements by tag, so that what is not there is not looked for.
    """
    kind = kinds[tag]
    block = kind & tags.BLOCK != 0
    level = 0
    if block and opened[known[tags.P]] > 0:
        level = _nearest(stack, depth, known[tags.P], kinds, element_roles, tags.TABLE)
    if block and level == 0 and opened[known[tags.RT]] > 0:
        # Not HTML's rule: a reading left open would hide the rest of the page.
        level = _nearest(stack, depth, known[tags.RT], kinds, element_roles, tags.TABLE)
    if (tag == known[tags.LI] or tag == known[tags.OPTION]) and opened[tag] > 0:
        found = _nearest(stack, depth, tag, kinds, element_roles, tags.LIST | tags.TABLE)
        level = found if found > 0 else level
    elif tag == known[tags.DT] or tag == known[tags.DD]:
        found = 0
        if opened[known[tags.DT]] > 0:
            found = _nearest(stack, depth, known[tags.DT], kinds, element_roles, tags.LIST | tags.TABLE)
        if opened[known[tags.DD]] > 0:
            other = _nearest(stack, depth, known[tags.DD], kinds, element_roles, tags.LIST | tags.TABLE)
            found = max(found, other)
        level = found if found > 0 else level
    elif kind & tags.CELL:
        found = max(
            _nearest(stack, depth, known[tags.TD], kinds, element_roles, tags.TABLE),
            _nearest(stack, depth, known[tags.TH], kinds, element_roles, tags.TABLE),
        )
        level = found if found > 0 else level
    elif tag == known[tags.TR]:
        found = _nearest_row(stack, depth, known[tags.TR], element_roles)
        level = found if found > 0 else level
    elif tag == known[tags.A] and opened[known[tags.A]] > 0:
        found = _nearest(stack, depth, known[tags.A], kinds, element_roles, tags.TABLE)
        level = found if found > 0 else level
    elif tag == known[tags.RT] or tag == known[tags.RP] or tag == known[tags.RB] or tag == known[tags.RTC]:
        inner = stack[depth - 1]
        if inner == known[tags.RT] or inner == known[tags.RP] or inner == known[tags.RB]:
            level = depth - 1
        elif inner == known[tags.RTC] and (tag == known[tags.RB] or tag == known[tags.RTC]):
            level = depth - 1
    elif element_roles[tag] & tags.HEADING:
        if depth > 1 and element_roles[stack[depth - 1]] & tags.HEADING:
            level = depth - 1
    return level
