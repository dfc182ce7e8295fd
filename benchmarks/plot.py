"""A plot as SVG, in the few lines it takes: several curves over one axis of powers of ten."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")
Curve = Sequence[tuple[float, float]]


def svg(title: str, x_label: str, y_label: str, curves: Mapping[str, Curve]) -> str:
    """Draw curves of (x, y), x logarithmic, y from 0."""
    xs = [x for curve in curves.values() for x, _ in curve]
    low, high = math.log10(min(xs)), math.log10(max(xs))
    top = 1.1 * max(y for curve in curves.values() for _, y in curve) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        along = (math.log10(x) - low) / ((high - low) or 1.0)
        return LEFT + along * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    parts = [_text(WIDTH / 2, 20, title, "middle"), _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label, "middle")]
    parts.append(_text(10, TOP - 10, y_label))
    for step in range(6):
        y = top * step / 5
        x1, at = place(min(xs), y)
        parts.append(f'<line x1="{x1:.0f}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, at + 4, f"{y:.3g}", "end"))
    parts += [_text(place(x, 0)[0], HEIGHT - BOTTOM + 18, _short(x), "middle") for x in sorted(set(xs))]
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = [place(x, y) for x, y in sorted(curve)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(_text(WIDTH - RIGHT + 12, TOP + 18 * number, name, colour=colour))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n{body}\n</svg>\n'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def _short(number: float) -> str:
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:g}{unit}"
    return f"{number:g}"
