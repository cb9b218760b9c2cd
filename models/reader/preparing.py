"""Everything the training reads, as numbers in three files: an interrupted run goes on without doing it again.

Questions and passages as token ids, spans as token positions, hard negatives by our own first stage.
"""

import logging
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from app.answering.signs import negations
from app.knowledge.embedding_models import EmbeddingModel
from app.knowledge.embedding_models.bundled import build as embedding_model
from app.knowledge.searchable import embedded_text, searchable_text
from app.settings import Settings
from models.reader.negatives import WordPools, mixed, nearest_by_meaning
from models.reader.rows import (
    CLAIM_SOURCES,
    HEADING_KINDS,
    SPAN_SETS,
    SUPPORT_SETS,
    Claim,
    Pair,
    claims,
    pairs,
    scifact,
    scifact_abstracts,
    written,
)
from models.reader.stating import stated_claims

Numbers = NDArray[Any]

logger = logging.getLogger(__name__)

# Questions of each source that are ranked, at most; what people asked comes before what was made from headings.
RANKED = {
    "ms_docs": 6500,
    "aws_docs": 3500,
    "lib_docs": 2800,
    "sharc": 1500,
    "feedbackqa": 6500,
    "nq_qed": 6500,
    "nq_oracle": 2400,
    "clapnq": 1900,
    "squadshifts_new_wiki": 2500,
    "squad": 6000,
    "scifact": 900,
    "fever": 900,
    "dstc9_faq": 600,
    "expertqa": 1200,
    "gov_help": 0,
}
SPOILED = {  # help texts whose sentences are restated and spoiled: passages of each source, at most
    "ms_docs": 8000,
    "aws_docs": 5000,
    "lib_docs": 3000,
    "feedbackqa": 1600,
}
READ = {  # rows of each source that are read, at most; more than it has means that some come twice
    "squad": 45_000,
    "squad2_adv": 34_000,
    "nq_qed": 9_000,
    "nq_oracle": 3_000,
    "squadshifts_new_wiki": 8_000,
    "squadshifts_amazon": 9_000,
    "clapnq": 300,
    "condaqa": 500,
    "squadshifts_reddit": 0,
}
CLAIMED = {  # rows of each support source, at most; our own spoiled sentences come on top
    "squad_claims": 10_000,
    "fever": 15_000,
    "wikisplit": 5_000,
    "infotabs": 16_000,
    "wice": 1_300,
    "begin": 4_300,
    "snli": 20_000,
    "fm2": 0,
}
STATED = {"squad": 8_000, "squadshifts_new_wiki": 2_000}  # sentences made of questions and answers, at most
WRITTEN_PASSES = 8  # of the sentences that we wrote: few, and nearest to what the desk is asked
SPOILED_PER_PASSAGE = 3
PASSES = 2  # of a source that is asked for far more rows than it has
NEGATIVES, FEWEST_NEGATIVES = 12, 6
HELD_BACK = 150  # rows of each source that training is looked at with, and never sees
LONGEST = 400  # tokens of a passage that are kept
LOOKED_AT = 700  # characters of a passage by which its meaning is compared
SHORTEST_ANSWER = 4  # letters; a shorter one stands in passages that do not answer
ALIKE = 0.6  # Jaccard similarity of word 5-grams from which on two passages say the same
SEED = 20261120


@dataclass
class Texts:
    """Token ids of every text, each text once; offsets are kept of those whose spans are asked for."""

    tokenizer: Tokenizer
    known: dict[str, int] = field(default_factory=dict)

    def add(self, text: str) -> int:
        return self.known.setdefault(text, len(self.known))

    def packed(self) -> tuple[Numbers, Numbers]:
        """All ids in one row, uint16, and where each text ends."""
        rows: list[Numbers] = []
        texts = list(self.known)
        for start in range(0, len(texts), 2048):
            for encoded in self.tokenizer.encode_batch_fast(texts[start : start + 2048], add_special_tokens=False):
                rows.append(np.array(encoded.ids[:LONGEST], np.uint16))
        return np.concatenate(rows), np.cumsum([0, *(len(row) for row in rows)])


@dataclass
class Prepared:
    """Columns of one table; each list becomes one array."""

    texts: Texts
    columns: dict[str, list[object]] = field(default_factory=lambda: defaultdict(list))

    def row(self, **values: object) -> None:
        for name, value in values.items():
            self.columns[name].append(value)


def prepare(training: Path, scifact_folder: Path, work: Path, tokenizer: Tokenizer, threads: int) -> None:
    """Write rank.npz, read.npz and claims.npz into WORK; those that are there already stay."""
    work.mkdir(parents=True, exist_ok=True)
    for name, fill in (("rank", _rank_all), ("read", _read_all), ("claims", _claim_all)):
        target = work / f"{name}.npz"
        if target.exists():
            continue
        prepared = Prepared(Texts(tokenizer))
        fill(prepared, training, scifact_folder, threads)
        ids, ends = prepared.texts.packed()
        part = work / f"{name}.part.npz"
        columns: dict[str, Any] = {key: _array(column) for key, column in prepared.columns.items()}
        np.savez(part, ids=ids, ends=ends, **columns)
        part.rename(target)
        logger.info("%s: %d rows", target.name, len(next(iter(prepared.columns.values()))))


def _rank_all(prepared: Prepared, training: Path, scifact_folder: Path, threads: int) -> None:
    model = embedding_model(Settings(threads=threads))
    for name, most in RANKED.items():
        extra: list[tuple[str, str]] = []
        if name == "scifact":
            found, extra = list(scifact(scifact_folder)), list(scifact_abstracts(scifact_folder))
        elif name == "fever":
            found = _as_questions(claims(training, name))
        else:
            found = list(pairs(training, name))
        _rank(prepared, name, found, most, extra, model, random.Random(SEED))
        logger.info("%s: %d groups in all", name, len(prepared.columns["question"]))


def _read_all(prepared: Prepared, training: Path, scifact_folder: Path, threads: int) -> None:
    for name, most in READ.items():
        _read(prepared, list(pairs(training, name)), most, random.Random(SEED))


def _claim_all(prepared: Prepared, training: Path, scifact_folder: Path, threads: int) -> None:
    rng = random.Random(SEED)
    for name in SUPPORT_SETS:
        _claims(prepared, name, list(claims(training, name)), CLAIMED[name], rng)
    own = evenly_negated(list(written()), rng)
    _claims(prepared, "written", own, len(own), rng, WRITTEN_PASSES)
    for name, most in STATED.items():
        _claims(prepared, "stated", list(stated_claims(list(pairs(training, name)), rng)), most, rng)
    for name, most in SPOILED.items():
        found = list({pair.passage: pair for pair in pairs(training, name)}.values())
        for held_out in (False, True):
            some = [pair for pair in found if pair.held_out is held_out]
            rows = list(spoiled(rng.sample(some, min(len(some), most)), rng.random(), held_out))
            _claims(prepared, "spoiled", rows, len(rows), rng)


def evenly_negated(own: Sequence[Claim], rng: random.Random) -> list[Claim]:
    """Without so many pairs that denying something speaks neither for a sentence nor against it.

    People who put a rule in other words often say what it is not, so a network would learn that instead of reading.
    """
    denying = [bool(negations(claim.sentence)) - bool(negations(claim.twin)) for claim in own]
    surplus = sum(denying)
    side = 1 if surplus > 0 else -1
    dropped = set(rng.sample([at for at, denies in enumerate(denying) if denies == side], abs(surplus)))
    return [claim for at, claim in enumerate(own) if at not in dropped]


def spoiled(found: Sequence[Pair], seed: float, held_out: bool) -> Iterable[Claim]:
    """Restated and spoiled sentences of the passages of one source, half of them supported."""
    from models.reader.spoiling import Source, support_rows

    by_group: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in found:
        by_group[pair.group].setdefault(pair.passage, pair.title)
    sources = [
        Source(text=text, title=title, group=group, neighbours=tuple(other for other in texts if other != text)[:6])
        for group, texts in by_group.items()
        for text, title in texts.items()
    ]
    for row in support_rows(sources, seed=int(seed * 2**31), per_passage=SPOILED_PER_PASSAGE):
        yield Claim("spoiled", row.sentence, row.passage, row.supported, row.kind, row.changed, held_out)


def _rank(
    prepared: Prepared,
    name: str,
    found: Sequence[Pair],
    most: int,
    extra: Sequence[tuple[str, str]],
    model: EmbeddingModel,
    rng: random.Random,
) -> None:
    """Groups of one source: a question, its passage, and passages of the same source that only look like it."""
    passages: dict[str, Pair] = {}
    for pair in found:
        passages.setdefault(pair.passage, pair)
    for title, text in extra:
        passages.setdefault(text, Pair(name, "", text, title, None, True, "", ""))
    sea = list(passages.values())
    place = {pair.passage: at for at, pair in enumerate(sea)}
    right: dict[str, set[int]] = defaultdict(set)
    wrong: dict[str, list[int]] = defaultdict(list)
    for pair in found:
        if pair.relevant:
            right[pair.question].add(place[pair.passage])
        elif pair.kind == "rated":
            wrong[pair.question].append(place[pair.passage])
    asked = [pair for pair in found if pair.relevant and not pair.held_out]
    rng.shuffle(asked)
    asked.sort(key=lambda pair: pair.kind in ("heading", "description"))
    kept_back = [pair for pair in found if pair.relevant and pair.held_out]
    asked = [*asked[:most], *rng.sample(kept_back, min(HELD_BACK, len(kept_back)))]

    questions = [pair.question for pair in asked]
    by_words = WordPools([searchable_text(p.title, (), p.passage) for p in sea]).nearest(questions)
    embed = model.embed_documents
    vectors = embed([embedded_text(p.title, (), p.passage)[:LOOKED_AT] for p in sea])
    by_meaning = nearest_by_meaning(embed(questions), vectors)

    grams = [_grams(p.passage) for p in sea]
    others: dict[str, list[str]] = defaultdict(list)
    for pair in asked:
        others[pair.group].append(pair.question)
    for pair, meaning, words in zip(asked, by_meaning, by_words, strict=True):
        at = place[pair.passage]

        def allowed(other: int, pair: Pair = pair, at: int = at) -> bool:
            return (
                other not in right[pair.question]
                and not _may_answer(pair, sea[other])
                and _jaccard(grams[at], grams[other]) < ALIKE
            )

        negatives = [*wrong[pair.question], *mixed(meaning, words, allowed)][:NEGATIVES]
        if len(negatives) < FEWEST_NEGATIVES:
            continue
        before = [question for question in others[pair.group] if question != pair.question]
        prepared.row(
            question=prepared.texts.add(pair.question),
            before=prepared.texts.add(rng.choice(before)) if before else -1,
            title=prepared.texts.add(pair.title),
            passage=prepared.texts.add(pair.passage),
            negatives=[prepared.texts.add(sea[other].passage) for other in negatives],
            titles=[prepared.texts.add(sea[other].title) for other in negatives],
            made=pair.kind in HEADING_KINDS,
            held_out=pair.held_out,
        )


def _may_answer(pair: Pair, other: Pair) -> bool:
    if pair.source in SPAN_SETS and pair.answers:
        said = other.passage.casefold()
        return any(len(answer) >= SHORTEST_ANSWER and answer.casefold() in said for answer in pair.answers)
    if pair.source == "feedbackqa":
        return pair.group == other.group
    return bool(pair.heading) and pair.heading.casefold() == other.heading.casefold()


def _read(prepared: Prepared, found: Sequence[Pair], most: int, rng: random.Random) -> None:
    """Questions with the span of their answer in tokens; -1 where the passage has none."""
    # Of CondaQA only those that the passage does not answer: its other answers are yes and no.
    chosen = [pair for pair in found if pair.answers is not None and not (pair.source == "condaqa" and pair.answers)]
    kept_back = [pair for pair in chosen if pair.held_out]
    free = [pair for pair in chosen if not pair.held_out]
    passes = PASSES if most > len(free) * 1.5 else 1
    chosen = [*rng.sample(free, min(most, len(free))) * passes, *rng.sample(kept_back, min(HELD_BACK, len(kept_back)))]
    tokenizer = prepared.texts.tokenizer
    encodings = {
        pair.passage: encoded.offsets
        for start in range(0, len(chosen), 1024)
        for pair, encoded in zip(
            chosen[start : start + 1024],
            tokenizer.encode_batch([p.passage for p in chosen[start : start + 1024]], add_special_tokens=False),
            strict=True,
        )
    }
    for pair in chosen:
        spans = [_token_span(pair.passage, answer, encodings[pair.passage]) for answer in pair.answers or ()]
        legal = [span for span in spans if span is not None]
        if pair.answers and not legal:
            continue
        first, last = legal[0] if legal else (-1, -1)
        twin = pair.twin
        twin_span = _token_span(pair.passage, twin[1], encodings[pair.passage]) if twin else None
        prepared.row(
            question=prepared.texts.add(pair.question),
            title=prepared.texts.add(pair.title),
            passage=prepared.texts.add(pair.passage),
            first=first,
            last=last,
            twin=prepared.texts.add(twin[0]) if twin and twin_span else -1,
            twin_first=twin_span[0] if twin_span else -1,
            twin_last=twin_span[1] if twin_span else -1,
            held_out=pair.held_out,
        )


def _token_span(passage: str, answer: str, offsets: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first place of the answer as whole words, in tokens that are kept; None when there is none."""
    match = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", passage)
    start = match.start() if match else passage.find(answer)
    if start < 0:
        return None
    end = start + len(answer)
    inside = [at for at, (begin, stop) in enumerate(offsets) if begin < end and stop > start]
    return (inside[0], inside[-1]) if inside and inside[-1] < LONGEST else None


def _claims(
    prepared: Prepared, source: str, found: Sequence[Claim], most: int, rng: random.Random, passes: int = 1
) -> None:
    kept_back = [claim for claim in found if claim.held_out]
    free = [claim for claim in found if not claim.held_out]
    found = [*rng.sample(free, min(most, len(free))) * passes, *rng.sample(kept_back, min(HELD_BACK, len(kept_back)))]
    encoded = prepared.texts.tokenizer.encode_batch([claim.sentence for claim in found], add_special_tokens=False)
    for claim, tokens in zip(found, encoded, strict=True):
        changed = [
            at
            for at, (begin, stop) in enumerate(tokens.offsets)
            if any(begin < end and stop > start for start, end in claim.changed)
        ]
        prepared.row(
            sentence=prepared.texts.add(claim.sentence),
            passage=prepared.texts.add(claim.passage),
            supported=claim.supported,
            source=CLAIM_SOURCES.index(source),
            changed=changed[:64],
            held_out=claim.held_out,
            twin=prepared.texts.add(claim.twin) if claim.twin else -1,
            told=source == "spoiled" and (bool(changed) or claim.supported == 1.0),
        )


def _as_questions(found: Iterable[Claim]) -> list[Pair]:
    """True claims are asked for their evidence as a question is asked for its passage."""
    return [
        Pair(claim.source, claim.sentence, claim.passage, "", None, True, "claim", claim.passage[:80])
        for claim in found
        if claim.supported == 1.0
    ]


def _grams(text: str) -> frozenset[int]:
    words = text.casefold().split()
    return frozenset(hash(tuple(words[at : at + 5])) for at in range(max(1, len(words) - 4)))


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _array(column: list[object]) -> Numbers:
    """Lists of unlike length become rows that end in -1."""
    if not isinstance(column[0], list):
        return np.array(column)
    lists: list[list[int]] = column  # type: ignore[assignment]
    longest = max(len(values) for values in lists)
    filled = np.full((len(lists), longest), -1, np.int32)
    for row, values in zip(filled, lists, strict=True):
        row[: len(values)] = values
    return filled
