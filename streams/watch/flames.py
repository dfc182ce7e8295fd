"""A flame graph as one SVG file that any browser opens: wide is dear, on top is what called. A click on a frame makes it fill the width."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final
from zlib import crc32

WIDTH: Final = 1400
ROW: Final = 17
TOP: Final = 40
NARROWEST: Final = 0.0005  # share of all; less is left out
LETTER: Final = 6.5
ZOOM: Final = """
const frames = [...document.querySelectorAll("g[data-x]")];
function fit(x, w) {
  for (const g of frames) {
    const left = (g.dataset.x - x) / w, width = g.dataset.w / w, shown = left < 0.9999 && left + width > 0.0001;
    g.style.display = shown ? "" : "none";
    if (!shown) continue;
    const at = Math.max(0, left) * WIDTH, size = Math.min(1, left + width) * WIDTH - at;
    g.children[1].setAttribute("x", at); g.children[1].setAttribute("width", Math.max(0.5, size - 0.5));
    g.children[2].setAttribute("x", at + 3);
    g.children[2].textContent = g.dataset.name.slice(0, Math.max(0, Math.floor((size - 6) / LETTER)));
  }
}
for (const g of frames) g.addEventListener("click", () => fit(+g.dataset.x, +g.dataset.w));
document.querySelector("#all").addEventListener("click", () => fit(0, 1));
fit(0, 1);
"""


@dataclass(slots=True)
class Frame:
    """A function, called from a certain place, and what it called."""

    name: str
    seconds: float = 0.0
    called: dict[str, "Frame"] = field(default_factory=dict)


def tree(seconds: Mapping[tuple[str, ...], float]) -> Frame:
    """Merge stacks that begin alike."""
    root = Frame("all")
    for stack, of_stack in seconds.items():
        frame = root
        frame.seconds += of_stack
        for name in stack:
            frame = frame.called.setdefault(name, Frame(name))
            frame.seconds += of_stack
    return root


def drawing(title: str, seconds: Mapping[tuple[str, ...], float]) -> str:
    """Draw CPU seconds by stack, outermost function first."""
    root = tree(seconds)
    placed = list(_placed([root], 0.0, 0, root.seconds or 1.0))
    height = TOP + ROW * (2 + max(depth for _, _, depth in placed))
    frames = "\n".join(_frame(frame, x, depth, root.seconds or 1.0) for frame, x, depth in placed)
    script = ZOOM.replace("WIDTH", str(WIDTH)).replace("LETTER", str(LETTER))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace" font-size="11">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fffef8"/>\n'
        f'<text id="all" x="3" y="20" font-size="14" cursor="pointer">{escape(title)}; a click here shows all</text>\n'
        f"{frames}\n<script><![CDATA[{script}]]></script>\n</svg>\n"
    )


def _placed(frames: Iterable[Frame], x: float, depth: int, whole: float) -> Iterator[tuple[Frame, float, int]]:
    for frame in sorted(frames, key=lambda frame: -frame.seconds):
        share = frame.seconds / whole
        if share >= NARROWEST or depth == 0:
            yield frame, x, depth
            yield from _placed(frame.called.values(), x, depth + 1, whole)
        x += share


def _frame(frame: Frame, x: float, depth: int, whole: float) -> str:
    share, y, name = frame.seconds / whole, TOP + ROW * depth, escape(frame.name)
    hue = 20 + crc32(frame.name.encode()) % 40
    return (
        f'<g data-x="{x:.6f}" data-w="{share:.6f}" data-name="{name}"><title>{name}: {frame.seconds:.2f} s, {share:.1%}</title>'
        f'<rect x="{x * WIDTH:.1f}" y="{y}" width="{share * WIDTH:.1f}" height="{ROW - 1}" fill="hsl({hue} 90% 72%)"/>'
        f'<text x="{x * WIDTH + 3:.1f}" y="{y + 12}"></text></g>'
    )
