"""Which words of a PDF page nobody sees: drawn invisibly, white on white, tiny, or beside the page. Knows no library.

It follows the operators that draw a page, in their order, and says of each that shows text whether it can be seen.
Text that something opaque is drawn over later is not noticed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

Matrix: TypeAlias = Sequence[float]  # a b c d e f
Box: TypeAlias = tuple[float, float, float, float]  # left, bottom, right, top

SHOWING = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDING = frozenset({b"n", b"S", b"s"})
_UNSEEN_MODES = frozenset({3, 7})
_TINY = 2.0  # points: the smallest print is five
_WHITE = 0.97  # of full light, each colour
_CLEAR = 0.05  # opacity
_SCANNED = 0.5  # of a page's area under one picture: what lies unseen under it is its own text, read by a program
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class _State:
    """What `q` saves and `Q` brings back, as far as it matters here."""

    mode: int = 0
    is_white: bool = False
    opacity: float = 1.0
    size: float = 1.0
    spaces: str = ""  # the colour space that `sc` counts in


@dataclass
class UnseenOnPage:
    """Give it every operator of one page, in order.

    Args:
        page: what is shown of the page.
        opacity_of: of a graphics state by its name, 1.0 when it says none.
        matrix_of: of a form by its name, None for what is no form.
    """

    page: Box
    opacity_of: Callable[[str], float]
    matrix_of: Callable[[str], Matrix | None]
    keeps_invisible: bool = False
    is_scan: bool = False  # a picture lies on most of it
    invisible: int = 0  # texts drawn in an invisible mode
    _state: _State = field(default_factory=_State)
    _saved: list[_State] = field(default_factory=list)
    _outer: list[tuple[Matrix, list[_State], _State]] = field(default_factory=list)  # around the form that is drawn
    _path: list[Box] = field(default_factory=list)
    _grounds: list[Box] = field(default_factory=list)  # what is painted, and not white

    def hides(self, operator: bytes, operands: Sequence[Any], cm: Matrix, tm: Matrix) -> bool:
        """Whether this operator shows text that nobody sees; `cm` and `tm` as they are before it."""
        if operator in SHOWING:
            return self._is_unseen(operands, self._full(cm), tm)
        if operator == b"q":
            self._saved.append(self._state)
        elif operator == b"Q":
            self._state = self._saved.pop() if self._saved else self._state
        elif operator == b"Do":
            self._enter(str(operands[0]) if operands else "", self._full(cm))
        elif operator in (b"re", b"m", b"l", b"c", b"v", b"y"):
            self._draw(operator, operands, self._full(cm))
        elif operator in _FILLING or operator in _ENDING:
            if operator in _FILLING and not self._state.is_white and self._state.opacity > _CLEAR:
                self._grounds += _boxes(self._path)
            self._path.clear()
        elif operator == b"sh":
            self._grounds.append(self.page)
        else:
            self._state = self._changed(operator, operands)
        return False

    def after(self, operator: bytes) -> None:
        """Called when the operator is done, with all that a form in it has drawn."""
        if operator == b"Do" and self._outer:
            _, self._saved, self._state = self._outer.pop()

    def _changed(self, operator: bytes, operands: Sequence[Any]) -> _State:
        now = self._state
        if operator == b"Tr" and operands:
            return replace(now, mode=int(operands[0]))
        if operator == b"Tf" and len(operands) > 1:
            return replace(now, size=float(operands[1]))
        if operator == b"gs" and operands:
            return replace(now, opacity=self.opacity_of(str(operands[0])))
        if operator == b"cs" and operands:
            return replace(now, spaces=str(operands[0]), is_white=False)
        if operator in (b"g", b"rg", b"k", b"sc", b"scn"):
            return replace(now, is_white=_is_white(operator, operands, now.spaces))
        return now

    def _enter(self, name: str, full: Matrix) -> None:
        matrix = self.matrix_of(name)
        if matrix is None:
            box = _box(full, 0, 0, 1, 1)
            self._grounds.append(box)
            self.is_scan |= _area(_common(box, self.page)) >= _SCANNED * _area(self.page)
        inner = _IDENTITY if matrix is None else _times(matrix, full)
        self._outer.append((inner, self._saved, self._state))
        self._saved = []

    def _full(self, cm: Matrix) -> Matrix:
        return _times(cm, self._outer[-1][0]) if self._outer else cm

    def _draw(self, operator: bytes, operands: Sequence[Any], full: Matrix) -> None:
        numbers = [float(operand) for operand in operands]
        if operator == b"re" and len(numbers) == 4:
            left, bottom, width, height = numbers
            self._path.append(_box(full, left, bottom, left + width, bottom + height))
        elif len(numbers) >= 2:
            x, y = numbers[-2:]
            point = _box(full, x, y, x, y)
            if operator == b"m" or not self._path:
                self._path.append(point)
            else:
                self._path[-1] = _around(self._path[-1], point)

    def _is_unseen(self, operands: Sequence[Any], full: Matrix, tm: Matrix) -> bool:
        state = self._state
        if state.mode in _UNSEEN_MODES:
            self.invisible += 1
            return not self.keeps_invisible
        if state.opacity <= _CLEAR:
            return True
        place = _times(tm, full)
        height = abs(state.size) * max(abs(place[3]), abs(place[1]))
        if height < _TINY:
            return True
        x, y = place[4], place[5]
        width = 0.4 * height * _length(operands)
        left, bottom, right, top = self.page
        if x > right or y > top or x + width < left or y + height < bottom:
            is_upright = abs(place[3]) > abs(place[1])
            if is_upright or not (left - width <= x <= right + width and bottom - width <= y <= top + width):
                return True
        middle = y + height / 3
        return state.is_white and not any(_is_in(box, x + 0.1, middle) for box in self._grounds)


def _is_white(operator: bytes, operands: Sequence[Any], spaces: str) -> bool:
    try:
        parts = [float(part) for part in operands]
    except (TypeError, ValueError):
        return False  # a pattern
    if operator == b"k" or (operator in (b"sc", b"scn") and len(parts) == 4):
        return len(parts) == 4 and all(part <= 1 - _WHITE for part in parts)
    is_light = bool(parts) and all(part >= _WHITE for part in parts)
    # One part of an ink of its own is full ink; only gray is light.
    return is_light and (operator in (b"g", b"rg") or len(parts) == 3 or "Gray" in spaces)


def _length(operands: Sequence[Any]) -> int:
    shown = operands[-1] if operands else ""
    parts = shown if isinstance(shown, list | tuple) else [shown]
    return sum(len(part) for part in parts if isinstance(part, str | bytes))


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in one)
    g, h, i, j, k, m = (float(number) for number in other)
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _box(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> Box:
    corners = [
        (x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5])
        for x in (left, right)
        for y in (bottom, top)
    ]
    return (
        min(x for x, _ in corners),
        min(y for _, y in corners),
        max(x for x, _ in corners),
        max(y for _, y in corners),
    )


def _boxes(path: Sequence[Box]) -> list[Box]:
    return [box for box in path if box[0] < box[2] and box[1] < box[3]]


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _is_in(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
