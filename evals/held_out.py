"""Collections of training questions that no weight of the reader was trained on, to fit the few numbers around it.

`passages` asks a source's questions over its passages. `entries` makes a help desk's FAQ of a source with headings:
each passage stands under its heading, and only people's own wordings are asked. `asked_again` makes an FAQ of
reading questions: each is an entry with the sentence that answers it, and a question of somebody else that has the
same words for its answer is asked over them. Same folder, same collections.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from app.answering.sentences import units
from evals.datasets import Dataset, Document, Query
from models.reader.rows import Pair, pairs

SEED = 20261120
MADE_UP = ("heading", "description")  # asked only where people have not asked enough
PEOPLE = ("alias",)  # addresses that pages once had, written as what people ask

Build = Callable[[Path, int, int], Dataset]  # folder, questions, documents


def passages(source: str, folder: Path, questions: int, documents: int) -> Dataset:
    """Held-out questions over their passages and others of the source, in a fixed random order."""
    rows = [pair for pair in pairs(folder, source) if pair.relevant]
    shuffled = random.Random(SEED)
    held_out = [pair for pair in rows if pair.held_out]
    shuffled.shuffle(held_out)
    held_out.sort(key=lambda pair: pair.kind in MADE_UP)
    chosen = set(list(dict.fromkeys(pair.question for pair in held_out))[:questions])
    right: dict[str, list[Pair]] = {}
    for pair in rows:
        if pair.question in chosen:
            right.setdefault(pair.question, []).append(pair)
    wanted = {pair.passage: pair for some in right.values() for pair in some}
    others = {pair.passage: pair for pair in rows if pair.passage not in wanted}
    sea = shuffled.sample(sorted(others), min(len(others), max(0, documents - len(wanted))))
    titled = {passage: (pair.title, passage) for passage, pair in (wanted | others).items()}
    return _collection(
        source,
        [titled[passage] for passage in (*wanted, *sea)],
        {question: {titled[pair.passage] for pair in some} for question, some in right.items()},
    )


def entries(source: str, folder: Path, questions: int, documents: int) -> Dataset:
    """Wordings of people over entries: title and heading above, the passage below. They mean a page, so all of it."""
    rows = [pair for pair in pairs(folder, source) if pair.relevant and pair.held_out]
    pages: dict[str, set[tuple[str, str]]] = {}
    for pair in rows:
        pages.setdefault(pair.group, set()).add(_entry(pair))
    right: dict[str, set[tuple[str, str]]] = {}
    for pair in rows:
        if pair.kind in PEOPLE:
            right.setdefault(pair.question, set()).update(pages[pair.group])
    return _drawn(f"{source} entries", right, (_entry(pair) for pair in rows), questions, documents)


def asked_again(sources: Sequence[str], folder: Path, questions: int, documents: int) -> Dataset:
    """Questions over entries of other questions about the same words of a text."""
    asked: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for source in sources:
        for pair in pairs(folder, source):
            answer = min(pair.answers or (), key=len, default="")
            if pair.held_out and answer and pair.passage.count(answer) == 1:
                entry = pair.question, _sentence_of(answer, pair.passage)
                asked.setdefault((pair.passage, answer.strip(" .").lower()), {})[pair.question] = entry
    right = {}
    for same in asked.values():
        first, *others = same  # the first is asked, the others are entries
        if others:
            right[first] = {same[question] for question in others}
    every = (entry for same in asked.values() for question, entry in same.items() if question not in right)
    return _drawn("asked again", right, every, questions, documents)


COLLECTIONS: Mapping[str, Build] = {
    **{
        source: partial(passages, source)
        for source in (
            "aws_docs", "clapnq", "dstc9_faq", "expertqa", "feedbackqa", "gov_help", "lib_docs", "ms_docs",
            "nq_oracle", "nq_qed", "sharc", "squad",
        )
    },
    "gov_help entries": partial(entries, "gov_help"),
    "asked again": partial(asked_again, ("squad", "squadshifts_reddit")),
}  # fmt: skip


def _entry(pair: Pair) -> tuple[str, str]:
    return " > ".join(dict.fromkeys(filter(None, (pair.title, pair.heading)))), pair.passage


def _sentence_of(answer: str, text: str) -> str:
    at = text.index(answer)
    return next((unit.shown for unit in units(text) if unit.start <= at < unit.end), text)


def _drawn(
    name: str,
    right: Mapping[str, set[tuple[str, str]]],
    every: Iterable[tuple[str, str]],
    questions: int,
    documents: int,
) -> Dataset:
    draw = random.Random(SEED)
    chosen = draw.sample(sorted(right), min(questions, len(right)))
    wanted = {entry for question in chosen for entry in right[question]}
    others = sorted(set(every) - wanted)
    sea = draw.sample(others, min(len(others), max(0, documents - len(wanted))))
    return _collection(name, [*sorted(wanted), *sea], {question: right[question] for question in chosen})


def _collection(name: str, texts: Sequence[tuple[str, str]], right: Mapping[str, Iterable[tuple[str, str]]]) -> Dataset:
    ids = {text: f"d{number}" for number, text in enumerate(texts)}
    return Dataset(
        f"held-out {name}",
        tuple(Document(ids[title, text], title, text) for title, text in texts),
        tuple(Query(f"q{number}", question) for number, question in enumerate(right)),
        {f"q{number}": {ids[text]: 1 for text in some} for number, some in enumerate(right.values())},
    )
