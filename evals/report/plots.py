"""Plots as inline SVG, coloured by the page's own style sheet. Pure: numbers in, pictures out; no library."""

import math
from collections.abc import Mapping, Sequence

from evals.percentiles import percentile
from evals.report.elements import Element, element

WIDTH, HEIGHT = 360, 220  # a phone's width, so that letters keep their size there
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 26, 34
Point = tuple[float, float]


def curves(series: Mapping[str, Sequence[Point]], along: str, up: str) -> Element:
    """One line per name, from 0 to 1 upwards; along a logarithmic axis, since the first places matter most."""
    last = max((x for points in series.values() for x, _ in points), default=1.0)
    low = min((y for points in series.values() for _, y in points), default=0.0)
    floor = math.floor(max(0.0, low - 0.05) * 10) / 10
    scale = _Scale((0.0, math.log(last) or 1.0), (floor, 1.0))
    ticks = [k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if k <= last]
    parts = _axes(scale, [(math.log(k), str(k)) for k in ticks], _shares(floor), along, up)
    for name, points in series.items():
        path = " ".join(f"{scale.x(math.log(x)):.1f},{scale.y(y):.1f}" for x, y in points)
        parts.append(element("polyline", element("title", name), points=path, class_=f"line {name}"))
    return _picture(parts, f"{up} by {along}: " + "; ".join(_spoken(name, points) for name, points in series.items()))


def histogram(values: Mapping[str, Sequence[float]], along: str, marks: Mapping[str, float], bins: int = 30) -> Element:
    """How many values lie where, one set of bars per name; `marks` are dotted uprights with their label."""
    every = [value for of_name in values.values() for value in of_name]
    if not every:
        return _picture([], "nothing to show")
    low, high = min(every), percentile(every, 0.99)
    width = (high - low) / bins or 1.0
    counts = {name: _counted(of_name, low, width, bins) for name, of_name in values.items()}
    most = max(count for of_name in counts.values() for count in of_name) or 1
    scale = _Scale((low, low + bins * width), (0.0, float(most)))
    steps = [low + share * bins * width for share in (0, 0.25, 0.5, 0.75, 1)]
    parts = _axes(scale, [(x, _short(x)) for x in steps], [(0.0, "0"), (float(most), str(most))], along, "queries")
    for place, (name, of_name) in enumerate(counts.items()):
        for number, count in enumerate(of_name):
            if count:
                parts.append(_bar(scale, low + number * width, width, count, place, len(counts), name))
    for row, (label, x) in enumerate(marks.items()):
        at = min(scale.x(x), WIDTH - _RIGHT)
        above = _TOP - 4 - 11 * (row % 2)  # in two rows, since p95 and p99 may lie close together
        parts.append(element("line", x1=at, x2=at, y1=above + 2, y2=HEIGHT - _BOTTOM, class_="mark"))
        side = "end" if at > WIDTH * 0.85 else "middle"
        parts.append(element("text", label, x=min(at, WIDTH - _RIGHT), y=above, text_anchor=side))
    return _picture(parts, f"distribution of {along}; " + ", ".join(marks))


def wins_and_losses(differences: Sequence[float], name: str, along: str, up: str) -> Element:
    """Every query's difference, from the greatest loss to the greatest win; those that are alike are left out."""
    ordered = sorted(difference for difference in differences if difference)
    scale = _Scale((0.0, float(max(1, len(ordered)))), (-1.0, 1.0))
    shares = [(-1.0, "-1"), (-0.5, "-.5"), (0.0, "0"), (0.5, ".5"), (1.0, "1")]
    parts = _axes(scale, [(0.0, "0"), (float(len(ordered)), str(len(ordered)))], shares, along, up)
    for class_, chosen in (("loss", [d for d in ordered if d < 0]), ("win", [d for d in ordered if d > 0])):
        if chosen:
            first = 0 if class_ == "loss" else len(ordered) - len(chosen)
            edge = [
                f"{scale.x(first + place + step):.1f},{scale.y(difference):.1f}"
                for place, difference in enumerate(chosen)
                for step in (0, 1)
            ]
            ends = f"{scale.x(first):.1f},{scale.y(0):.1f}", f"{scale.x(first + len(chosen)):.1f},{scale.y(0):.1f}"
            parts.append(element("polygon", points=" ".join([ends[0], *edge, ends[1]]), class_=class_))
    losses = sum(difference < 0 for difference in ordered)
    return _picture(parts, f"{name}: {len(ordered) - losses} queries better, {losses} worse")


def bars(counts: Mapping[str, int]) -> Element:
    """Horizontal bars with their counts, as a list: it needs no axis and breaks nowhere."""
    whole, most = sum(counts.values()) or 1, max(counts.values(), default=0) or 1
    rows = [
        element(
            "li",
            element("span", name, class_="what"),
            element(
                "span", element("i", style=f"width:{100 * count / most:.1f}%", class_=_class(name)), class_="track"
            ),
            element("span", f"{count:,} · {count / whole:.1%}", class_="count"),
        )
        for name, count in counts.items()
    ]
    return element("ul", *rows, class_="bars")


def legend(names: Sequence[str]) -> Element:
    return element("p", *(element("span", element("i", class_=f"key {n}"), n) for n in names), class_="legend")


class _Scale:
    """From values to places in the picture."""

    def __init__(self, along: tuple[float, float], up: tuple[float, float]) -> None:
        self._along, self._up = along, up

    def x(self, value: float) -> float:
        low, high = self._along
        return _LEFT + (min(max(value, low), high) - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self._up
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)


def _axes(
    scale: _Scale, along: Sequence[tuple[float, str]], up: Sequence[tuple[float, str]], name: str, name_up: str
) -> list[Element]:
    foot = HEIGHT - _BOTTOM
    parts = []
    for value, label in up:
        y = scale.y(value)
        parts.append(element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(element("text", label, x=_LEFT - 6, y=y + 3.5, text_anchor="end"))
    for value, label in along:
        parts.append(element("text", label, x=scale.x(value), y=foot + 14, text_anchor="middle"))
    parts.append(element("text", name, x=(WIDTH + _LEFT) / 2, y=HEIGHT - 4, text_anchor="middle", class_="name"))
    middle = (foot + _TOP) / 2
    turned = f"rotate(-90 10 {middle})"
    parts.append(element("text", name_up, x=10, y=middle, text_anchor="middle", class_="name", transform=turned))
    return parts


def _bar(scale: _Scale, left: float, width: float, count: int, place: int, of: int, name: str) -> Element:
    x, right = scale.x(left), scale.x(left + width)
    share = (right - x) / of
    y = scale.y(count)
    return element(
        "rect", x=f"{x + place * share:.1f}", y=f"{y:.1f}", width=f"{max(0.6, share - 0.6):.1f}",
        height=f"{HEIGHT - _BOTTOM - y:.1f}", class_=f"bar {_class(name)}",
    )  # fmt: skip


def _picture(parts: Sequence[Element], spoken: str) -> Element:
    return element("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=spoken)


def _counted(values: Sequence[float], low: float, width: float, bins: int) -> list[int]:
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int((value - low) / width))] += 1
    return counts


def _shares(floor: float) -> list[tuple[float, str]]:
    """Ticks from the floor to 1, in tenths, or in fifths where there is much room."""
    step = 0.1 if floor >= 0.5 else 0.2
    return [(value, f"{value:.1f}") for n in range(11) if (value := round(1 - n * step, 1)) >= floor - 1e-9]


def _spoken(name: str, points: Sequence[Point]) -> str:
    return f"{name} " + ", ".join(f"{y:.2f} at {x:g}" for x, y in points if x in (1, 5, 10, 50))


def _class(name: str) -> str:
    return name.replace(" ", "-")


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"
