"""Draws curves over logarithmic axes as SVG, which needs nothing but text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

Curve = Sequence[tuple[float, float]]

_COLOURS = ("#0969da", "#1a7f37", "#cf222e", "#9a6700", "#8250df")
_WIDTH, _HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 96, 36, 44


class Panel(NamedTuple):
    """Curves that share their axes, by the name that is written at their ends."""

    title: str
    x: str
    curves: Mapping[str, Curve]


class _Scale(NamedTuple):
    """From values to places on the paper, in powers of ten."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def draw(panels: Sequence[Panel]) -> str:
    """The panels side by side, as a whole SVG file. All values must be greater than 0."""
    width = _WIDTH * len(panels)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}"'
    lines = [head + ' font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="#fff"/>']
    for number, panel in enumerate(panels):
        lines += [f'<g transform="translate({number * _WIDTH} 0)">', *_panel(panel), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _panel(panel: Panel) -> Iterator[str]:
    places = [place for curve in panel.curves.values() for place in curve]
    across = _scale([x for x, _ in places], _LEFT, _WIDTH - _RIGHT)
    up = _scale([y for _, y in places], _HEIGHT - _BOTTOM, _TOP)
    yield _text(_LEFT, 18, panel.title, 'font-weight="bold"')
    yield _text((across.start + across.end) / 2, _HEIGHT - 10, panel.x, 'text-anchor="middle"')
    for tick in across.ticks():
        yield _line(across.at(tick), up.start, across.at(tick), up.end)
        yield _text(across.at(tick), up.start + 16, f"{tick:,.10g}", 'text-anchor="middle"')
    for tick in up.ticks():
        yield _line(across.start, up.at(tick), across.end, up.at(tick))
        yield _text(across.start - 6, up.at(tick) + 4, f"{tick:,.10g}", 'text-anchor="end"')
    for number, (name, curve) in enumerate(panel.curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        drawn = [(across.at(x), up.at(y)) for x, y in curve]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
        yield f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in drawn)
        yield _text(drawn[-1][0] + 8, drawn[-1][1] + 4, name, f'fill="{colour}"')


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return _Scale(low, max(high, low + 1), start, end)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d0d7de"/>'


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
