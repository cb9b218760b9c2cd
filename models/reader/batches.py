"""Rows of the prepared tables as padded batches: a pure function of table, seed and step, so a run goes on anywhere."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.reader.rows import CLAIM_SOURCES

Ints = NDArray[np.int64]

CLS, SEP, PAD, QUESTION, CLAIM = 101, 102, 0, 1, 2
QUESTION_MARK = 1029
ARROW = 1028  # ">" between page and headings in the training data; the desk puts each on a line of its own
LONGEST_QUESTION = 64
STEP = 16  # lengths are padded to a multiple
TOGETHER = 32  # batches whose rows are sorted by length: alike lengths meet in one batch, and nothing else decides
TITLED, MARKLESS = 0.5, 0.3  # shares of passages with their title above, of questions without their question mark
PRECEDED, MOVED = 0.12, 0.3  # shares of questions with another in front, of long passages that begin in their middle
LONGEST_BESIDE = 190  # tokens of two passages together, up to which the second may be the one that is asked about
BESIDE = 0.4  # share of passages of our own writing that have another before or after them


@dataclass(frozen=True)
class Batch:
    """Token ids and mask (rows, tokens); what else a loss needs, by name, one entry a row."""

    ids: Ints
    mask: Ints
    labels: dict[str, Ints]


class Table:
    """One prepared table: columns, and the tokens of its texts."""

    def __init__(self, path: Path, *, held_out: bool = False) -> None:
        with np.load(path) as file:
            self._ids, self._ends = file["ids"], file["ends"]
            columns = {name: file[name] for name in file.files if name not in ("ids", "ends")}
        chosen = np.flatnonzero(columns["held_out"] == held_out)
        self.columns = {name: values[chosen] for name, values in columns.items()}
        self.rows = len(chosen)

    def text(self, at: int) -> list[int]:
        return self._ids[self._ends[at] : self._ends[at + 1]].tolist() if at >= 0 else []

    def above(self, at: int) -> list[int]:
        """A title as the desk puts it above a passage."""
        return [token for token in self.text(at) if token != ARROW]

    def order(self, seed: int, step: int, size: int, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of one step: every row once before any comes again."""
        block, place = divmod(step, TOGETHER)
        wanted = np.arange(block * TOGETHER * size, (block + 1) * TOGETHER * size)
        passes = wanted // self.rows
        rows = np.concatenate(
            [
                np.random.default_rng((seed, int(number))).permutation(self.rows)[wanted[passes == number] % self.rows]
                for number in np.unique(passes)
            ]
        )
        rows = rows[np.argsort(lengths[rows], kind="stable")].reshape(TOGETHER, size)
        return rows[np.random.default_rng((seed, block, 1)).permutation(TOGETHER)[place]]  # type: ignore[no-any-return]

    def lengths(self, *texts: str) -> NDArray[np.int64]:
        """Tokens of these texts of each row, together."""
        sizes = np.diff(self._ends)
        return sum(np.where(self.columns[name] >= 0, sizes[self.columns[name]], 0) for name in texts)  # type: ignore[return-value]


class RankBatches:
    """Groups of one right passage and `size - 1` wrong ones, the right one first."""

    def __init__(self, table: Table, seed: int, groups: int, size: int) -> None:
        self.table, self._seed, self._groups, self._size = table, seed, groups, size
        self._lengths = table.lengths("passage")

    def __call__(self, step: int, longest: int) -> Batch:
        rng = np.random.default_rng((self._seed, step, 2))
        columns, sides, made = self.table.columns, [], []
        for row in self.table.order(self._seed, step, self._groups, self._lengths):
            question = self._question(rng, row)
            titled = rng.random() < TITLED
            moved = rng.random() < MOVED
            wrong = columns["negatives"][row]
            wrong = np.flatnonzero(wrong >= 0)
            # Half of them from the hardest, the others from all.
            hardest = rng.permutation(wrong[: self._size])[: (self._size - 1) // 2 + 1]
            others = rng.permutation(np.setdiff1d(wrong, hardest))[: self._size - 1 - len(hardest)]
            passages = [(columns["title"][row], columns["passage"][row])]
            passages += [(columns["titles"][row][at], columns["negatives"][row][at]) for at in (*hardest, *others)]
            for title, passage in passages:
                body = self.table.text(passage)
                room = longest - len(question) - 3
                if moved and len(body) > room:
                    body = body[rng.integers(0, len(body) - room + 1) :]
                sides.append((question, [*(self.table.above(title) if titled else ()), *body]))
            made.append(columns["made"][row])
        return _padded(sides, QUESTION, longest, {"made": np.array(made, np.int64)})

    def _question(self, rng: np.random.Generator, row: int) -> list[int]:
        question = _noisy(rng, self.table.text(self.table.columns["question"][row]))
        if rng.random() < PRECEDED:
            question = [*self.table.text(self.table.columns["before"][row]), *question]
        return question


class ReadBatches:
    """Questions with the span of their answer, 0 for none; a bent question has its straight twin in the next row."""

    def __init__(self, table: Table, seed: int, size: int) -> None:
        self.table, self._seed, self._size = table, seed, size
        self._lengths = table.lengths("passage")

    def __call__(self, step: int, longest: int) -> Batch:
        rng = np.random.default_rng((self._seed, step, 3))
        columns, sides, spans, twins = self.table.columns, [], [], []
        for row in self.table.order(self._seed, step, self._size, self._lengths):
            asked = [(columns["question"][row], columns["first"][row], columns["last"][row])]
            if columns["twin"][row] >= 0:
                asked.append((columns["twin"][row], columns["twin_first"][row], columns["twin_last"][row]))
            above = self.table.above(columns["title"][row]) if rng.random() < TITLED else []
            body = self.table.text(columns["passage"][row])
            anchor = max((int(last) for _, _, last in asked), default=-1)
            low = min((int(first) for _, first, _ in asked if first >= 0), default=-1)
            room = longest - max(min(len(self.table.text(q)), LONGEST_QUESTION) for q, _, _ in asked) - 3 - len(above)
            start = _cut(rng, len(body), low, anchor, room)
            for at, (question, first, last) in enumerate(asked):
                tokens = _noisy(rng, self.table.text(question))
                sides.append((tokens, [*above, *body[start:]]))
                offset = 2 + min(len(tokens), LONGEST_QUESTION) + 1 + len(above) - start
                inside = first >= start and last + offset < longest - 1
                spans.append((first + offset, last + offset) if first >= 0 and inside else (0, 0))
                twins.append(at)
        labels = {"first": [f for f, _ in spans], "last": [e for _, e in spans], "twin": twins}
        return _padded(sides, QUESTION, longest, {name: np.array(values, np.int64) for name, values in labels.items()})


class ClaimBatches:
    """Sentences with what a passage says of them; `changed` is 1 on tokens it does not say, -1 where nobody told.

    A true sentence that has a false twin brings it along in the next row: all that tells them apart is what they say.
    """

    def __init__(self, table: Table, seed: int, size: int) -> None:
        self.table, self._seed, self._size = table, seed, size
        self._lengths = table.lengths("sentence", "passage")
        self._is_ours = table.columns["source"] == CLAIM_SOURCES.index("written")
        self._ours = np.unique(table.columns["passage"][self._is_ours])

    def __call__(self, step: int, longest: int) -> Batch:
        rng = np.random.default_rng((self._seed, step, 4))
        columns = self.table.columns
        sides: list[tuple[list[int], list[int]]] = []
        supported: list[float] = []
        twins: list[int] = []
        marked: list[tuple[int, Ints]] = []  # lines whose tokens somebody told apart, with the places that changed
        for row in self.table.order(self._seed, step, self._size, self._lengths):
            passage = self._passage(rng, row)
            if columns["told"][row]:
                marked.append((len(sides), columns["changed"][row]))
            sides.append((self.table.text(columns["sentence"][row]), passage))
            supported.append(columns["supported"][row])
            twins.append(0)
            if columns["twin"][row] >= 0:
                sides.append((self.table.text(columns["twin"][row]), passage))
                supported.append(0.0)
                twins.append(1)
        labels = {"supported": np.array(supported), "twin": np.array(twins)}
        batch = _padded(sides, CLAIM, longest, labels)
        changed = np.full(batch.ids.shape, -1, np.int64)
        for line, places in marked:
            length = len(sides[line][0])
            cut = max(0, length - LONGEST_QUESTION)
            changed[line, 2 : 2 + length - cut] = 0
            changed[line, 2 + places[places >= cut] - cut] = 1
        batch.labels["changed"] = changed
        return batch

    def _passage(self, rng: np.random.Generator, row: int) -> list[int]:
        """One of ours may have another before or after it: what bears a sentence out has to be found, too."""
        passage = self.table.text(self.table.columns["passage"][row])
        if not self._is_ours[row] or rng.random() >= BESIDE:
            return passage
        beside = self.table.text(rng.choice(self._ours))
        is_first = len(beside) + len(passage) > LONGEST_BESIDE or rng.random() < 0.5
        return [*passage, *beside] if is_first else [*beside, *passage]


def _noisy(rng: np.random.Generator, question: list[int]) -> list[int]:
    """As people type: without its question mark."""
    return question[:-1] if question[-1:] == [QUESTION_MARK] and rng.random() < MARKLESS else question


def _cut(rng: np.random.Generator, length: int, first: int, last: int, room: int) -> int:
    """Where a passage that is too long begins, so that its answer stays in it, and not always at one place."""
    if length <= room:
        return 0
    if last < 0:
        return int(rng.integers(0, length - room + 1))
    low, high = max(0, last - room + 1), max(0, min(first, length - room))
    return int(rng.integers(low, high + 1)) if low < high else low


def _padded(sides: list[tuple[list[int], list[int]]], mark: int, longest: int, labels: dict[str, Ints]) -> Batch:
    rows = []
    for question, passage in sides:
        front = [CLS, mark, *question[-LONGEST_QUESTION:], SEP]
        rows.append([*front, *passage[: longest - len(front) - 1], SEP])
    width = -(-max(map(len, rows)) // STEP) * STEP
    ids = np.full((len(rows), width), PAD, np.int64)
    for line, row in zip(ids, rows, strict=True):
        line[: len(row)] = row
    lengths = np.array([len(row) for row in rows])
    mask = (np.arange(width) < lengths[:, None]).astype(np.int64)
    return Batch(ids, mask, labels)
