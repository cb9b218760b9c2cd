"""Draw false answers against false refusals as one SVG file, readable on light and dark pages. Pure; no library."""

from collections.abc import Mapping, Sequence

from evals.report.elements import Element, element

Point = tuple[float, float]

WIDTH, HEIGHT = 800, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 330, 16, 52  # at the right stand the names
FURTHEST = 0.25  # false refusals shown: nobody wants a desk that refuses more than that
_STYLE = """
svg { --paper: #fbfaf6; --ink: #23211d; --soft: #6d685e; --line: #e0dacd; font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #181715; --ink: #ebe7de; --soft: #a29b8e; --line: #37342e; } }
.paper { fill: var(--paper); } text { fill: var(--soft); } .name { fill: var(--ink); }
.grid { stroke: var(--line); }
.curve { fill: none; stroke-width: 2.25; stroke-linejoin: round; } .dot { stroke: var(--paper); stroke-width: 1.5; }
"""
# Told apart by lightness and dashes too, and readable on both papers.
_COLOURS = ("#c2543a", "#2f8f99", "#b9851f", "#7a74c9", "#5f8f3f", "#b0568f", "#6f7f8f")
_DASHES = ("none", "7 4", "2 4", "10 3 2 3", "5 2", "1 3", "12 4")


def drawn(curves: Mapping[str, Sequence[Point]], chosen: Mapping[str, Point]) -> str:
    """The file's text.

    Args:
        curves: by name, (share of answerable questions refused, share of the others answered), each 0 to 1.
        chosen: by name, where the desk's own threshold stands.
    """
    parts = [element("rect", width=WIDTH, height=HEIGHT, class_="paper"), *_axes()]
    for place, (name, points) in enumerate(curves.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        dashes = _DASHES[place % len(_DASHES)]
        shown = [point for point in points if point[0] <= FURTHEST]
        path = " ".join(f"{_x(refused):.1f},{_y(answered):.1f}" for refused, answered in shown)
        parts.append(element("polyline", points=path, class_="curve", stroke=colour, stroke_dasharray=dashes))
        if name in chosen:
            refused, answered = chosen[name]
            parts.append(element("circle", cx=_r(_x(refused)), cy=_r(_y(answered)), r=4.5, fill=colour, class_="dot"))
        height = TOP + 14 + 24 * place
        key = {"x1": WIDTH - RIGHT + 18, "x2": WIDTH - RIGHT + 50, "y1": height - 4, "y2": height - 4}
        parts.append(element("line", **key, class_="curve", stroke=colour, stroke_dasharray=dashes))
        parts.append(element("text", name, x=WIDTH - RIGHT + 58, y=height, class_="name"))
    note = TOP + 14 + 24 * len(curves) + 8
    parts.append(element("text", "dot: the threshold that is built in", x=WIDTH - RIGHT + 18, y=note))
    spoken = "False answers by false refusals. " + "; ".join(_spoken(name, point) for name, point in chosen.items())
    picture = element(
        "svg",
        element("title", spoken),
        element("style", Element(_STYLE)),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
    )
    return f"{picture}\n"


def _axes() -> list[Element]:
    parts = []
    for share in (0, 0.2, 0.4, 0.6, 0.8, 1):
        y = _r(_y(share))
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(element("text", f"{share:.0%}", x=LEFT - 8, y=y + 4, text_anchor="end"))
    for share in (0, 0.05, 0.1, 0.15, 0.2, 0.25):
        parts.append(element("text", f"{share:.0%}", x=_r(_x(share)), y=HEIGHT - BOTTOM + 18, text_anchor="middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    along, up = "answerable questions refused", "unanswerable questions answered"
    parts.append(element("text", along, x=_r(_x(FURTHEST / 2)), y=HEIGHT - 12, text_anchor="middle", class_="name"))
    turned = f"rotate(-90 14 {middle:.0f})"
    parts.append(element("text", up, x=14, y=middle, text_anchor="middle", class_="name", transform=turned))
    return parts


def _x(refused: float) -> float:
    return LEFT + min(refused, FURTHEST) / FURTHEST * (WIDTH - LEFT - RIGHT)


def _y(answered: float) -> float:
    return HEIGHT - BOTTOM - answered * (HEIGHT - TOP - BOTTOM)


def _r(place: float) -> float:
    return round(place, 1)


def _spoken(name: str, point: Point) -> str:
    return f"{name}: {point[1]:.0%} answered where {point[0]:.0%} are refused"
