"""What a rule looks at: a measure by name, or an expression over several.

    hiragana_characters / (japanese_characters - long_vowel_marks)

Names, numbers, + - * / and parentheses, and nothing else: the text comes out of a file that a stranger may have
written, so it is read with Python's parser into a tree of the nodes below, and never run. x / 0 is 0, as with every
share in Manyo. A name alone is compared in the measure's own type, an expression in 64-bit floats, as the published
sets do that divide counts in Python.

`bounds` is interval arithmetic (Moore 1966) over the ranges of the measures: it finds thresholds that nothing could
reach. It knows of no dependence between two names, so that `a - b` may seem to be negative where it never is.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from manyo.errors import ManyoError

MOST_CHARACTERS: Final = 500
MOST_PARTS: Final = 100  # names, numbers and operators; deeper than this no tree can be

Floats: TypeAlias = npt.NDArray[np.float64]
Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    sign: str  # one of + - * /
    left: Expression
    right: Expression


Expression: TypeAlias = Number | Name | Operation

_SIGNS: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """The tree of an expression.

    >>> parse("full_stops / characters")
    Operation(sign='/', left=Name(name='full_stops'), right=Name(name='characters'))
    >>> parse("__import__('os')")
    Traceback (most recent call last):
    manyo.errors.ManyoError: "__import__('os')" is no expression over measures
      to do: names of measures, numbers, + - * / and parentheses are known, and a name must be among them

    Raises `ManyoError`.
    """
    if len(text) > MOST_CHARACTERS:
        what = f"an expression of {len(text):,} characters is too long"
        raise ManyoError(what, hint=f"at most {MOST_CHARACTERS}; split it into two rules")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of "1(2)" is not what the author wants to hear
            body = ast.parse(text.strip(), mode="eval").body
        if sum(isinstance(node, ast.BinOp | ast.Name | ast.Constant) for node in ast.walk(body)) > MOST_PARTS:
            raise ManyoError(
                "this expression has too many parts", hint=f"at most {MOST_PARTS}; split it into two rules"
            )
        tree = _tree(body)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError, OverflowError):
        tree = None
    if tree is None or not any(names(tree)):
        hint = "names of measures, numbers, + - * / and parentheses are known, and a name must be among them"
        raise ManyoError(f"{text!r} is no expression over measures", hint=hint)
    return tree


def _tree(node: ast.expr) -> Expression | None:
    if isinstance(node, ast.Name):
        return Name(node.id)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = float(node.value)  # type: ignore[arg-type]  # a constant's value may be anything; its type was just asked
        return Number(value) if math.isfinite(value) else None
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        left, right = _tree(node.left), _tree(node.right)
        if left is not None and right is not None:
            return Operation(_SIGNS[type(node.op)], left, right)
    return None


def names(tree: Expression) -> Iterator[str]:
    """The names in a tree, from left to right, once for each time they stand there."""
    if isinstance(tree, Name):
        yield tree.name
    elif isinstance(tree, Operation):
        yield from names(tree.left)
        yield from names(tree.right)


def evaluate(tree: Expression, column: Callable[[str], npt.NDArray[Any]]) -> Floats:
    """The value of a tree for every row, `column` giving the values of each name: `float64`, shape `(rows,)`.

    A value that is NaN makes the result NaN; x / 0 is 0. The result of numbers alone has no shape.

    >>> columns = {"full_stops": np.array([3, 0]), "characters": np.array([300, 0])}
    >>> evaluate(parse("full_stops / characters"), columns.__getitem__).tolist()
    [0.01, 0.0]
    """
    if isinstance(tree, Number):
        return np.asarray(tree.value)
    if isinstance(tree, Name):
        return column(tree.name).astype(np.float64)
    left, right = evaluate(tree.left, column), evaluate(tree.right, column)
    with np.errstate(all="ignore"):
        if tree.sign == "+":
            return np.asarray(left + right)
        if tree.sign == "-":
            return np.asarray(left - right)
        if tree.sign == "*":
            return np.asarray(left * right)
        known = np.isnan(left) | (right != 0)  # NaN / 0 stays NaN: what was not measured is not 0
        return np.asarray(np.divide(left, right, out=np.zeros(np.broadcast(left, right).shape), where=known))


def of_row(text: str, row: Mapping[str, Any]) -> float | None:
    """The value of an expression for one row of measures; None where the row lacks one of them.

    >>> of_row("full_stops / characters", {"full_stops": 3, "characters": 300})
    0.01
    """
    tree = parse(text)
    if any(row.get(name) is None for name in names(tree)):
        return None
    return float(evaluate(tree, lambda name: np.array([row[name]])).item())


def bounds(tree: Expression, ranges: Callable[[str], Interval]) -> Interval:
    """Between which numbers every value of the tree lies, `ranges` giving the least and the most of each name.

    >>> shares = {"url_share": (0.0, 1.0), "characters": (0.0, math.inf)}
    >>> bounds(parse("2 * url_share - 1"), shares.__getitem__)
    (-1.0, 1.0)
    >>> bounds(parse("url_share / characters"), shares.__getitem__)
    (0.0, inf)
    """
    if isinstance(tree, Number):
        return tree.value, tree.value
    if isinstance(tree, Name):
        return ranges(tree.name)
    (low, high), (least, most) = bounds(tree.left, ranges), bounds(tree.right, ranges)
    if tree.sign == "+":
        return low + least, high + most
    if tree.sign == "-":
        return low - most, high - least
    if tree.sign == "/":
        if least > 0 or most < 0:
            least, most = sorted((1 / least, 1 / most))
        elif least == most == 0:
            return 0.0, 0.0
        else:  # as small as it likes, and 0 itself gives 0
            least, most = (-math.inf if least < 0 else 0.0), (math.inf if most > 0 else 0.0)
    corners = [0.0 if 0 in (one, other) else one * other for one in (low, high) for other in (least, most)]
    return min(corners), max(corners)
