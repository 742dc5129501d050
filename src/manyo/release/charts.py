"""Charts as small SVG texts: bars, the funnel's silhouette, mirrored histograms.

Every length along x is a percentage of the space there is and every letter is set by the page, so a chart needs no
script to fit a telephone. Colours are the page's (`class`), so they follow its light or dark. Charts say nothing to a
screen reader: each stands beside a table of the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

HALF: Final = 84  # pixels from a histogram's middle line to its top or bottom


def bar(parts: Iterable[tuple[int, str]], whole: int, *, free: bool = False) -> Markup:
    """One bar of stacked parts, `(count, class)` each; `whole` is the count that would fill it.

    A `free` bar does not show the empty rest: for lengths to compare, not for shares of a whole.

    >>> bar([(1, "kept")], 4)
    Markup('<svg class="bar" aria-hidden="true"><rect class="kept" x="0%" width="25%" height="100%"/></svg>')
    """
    drawn, at = Markup(), 0.0
    for count, tone in parts:
        width = 100 * count / whole if whole else 0.0
        if count:
            drawn += _rect(tone, at, width, "0", "100%", y=False)
        at += width
    return Markup('<svg class="{}" aria-hidden="true">{}</svg>').format("bar free" if free else "bar", drawn)


def flow(this: int, after: int, whole: int) -> Markup:
    """One step of a funnel: as wide as `this` of `whole` at its top, narrowing to `after` at its bottom."""
    wide, narrow = (1000 * count / whole if whole else 0.0 for count in (this, after))
    points = f"0,0 {_digits(wide)},0 {_digits(wide)},46 {_digits(narrow)},100 0,100"
    band = f"0,0 {_digits(wide)},0 {_digits(wide)},46 0,46"
    return Markup(
        '<svg class="flow" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">'
        '<polygon class="slope" points="{}"/><polygon class="step" points="{}"/></svg>'
    ).format(points, band)


def histogram(
    above: Mapping[str, int],
    below: Mapping[str, int],
    bins: Sequence[int],
    ticks: Mapping[int, str],
    limits: Sequence[float] = (),
) -> Markup:
    """Two distributions back to back over the same bins: `above` (kept) rises, `below` (refused) hangs.

    Each side has its own vertical scale, so that shapes compare where counts do not. `ticks` names positions along x,
    `limits` draws dashed lines; both count in bins from the left (a limit may lie within a bin).
    """
    step = 100 / len(bins)
    drawn = Markup()
    for counts, tone in ((above, "kept"), (below, "refused")):
        top = max((counts.get(str(low), 0) for low in bins), default=0)
        for place, low in enumerate(bins):
            if count := counts.get(str(low), 0):
                height = max(1.0, HALF * count / top)
                y = HALF - height if tone == "kept" else HALF + 1
                drawn += _rect(tone, place * step + step * 0.06, step * 0.88, _digits(y), _digits(height))
    middle = Markup('<line class="axis" x1="0%" x2="100%" y1="{0}" y2="{0}"/>').format(_digits(HALF + 0.5))
    lines, names = Markup(), Markup()
    for limit in limits:
        lines += Markup('<line class="limit" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/>').format(
            _digits(min(limit * step, 100.0)), 2 * HALF + 1
        )
    for place, name in ticks.items():
        anchor = "start" if place == 0 else "end" if place == len(bins) else "middle"
        names += Markup('<text x="{}%" y="{}" text-anchor="{}">{}</text>').format(
            _digits(place * step), 2 * HALF + 18, anchor, name
        )
    return Markup('<svg class="histogram" height="{}" aria-hidden="true">{}{}{}{}</svg>').format(
        2 * HALF + 24, drawn, middle, lines, names
    )


def _rect(tone: str, x: float, width: float, top: str, height: str, *, y: bool = True) -> Markup:
    place = Markup(' y="{}"').format(top) if y else Markup()
    return Markup('<rect class="{}" x="{}%"{} width="{}%" height="{}"/>').format(
        tone, _digits(x), place, _digits(width), height
    )


def _digits(value: float) -> str:
    """At most two decimals, none where there is nothing behind the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
