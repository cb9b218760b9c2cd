"""Questions with their passages, as the training folder has them; what is held out; which passages are hard negatives.

Reads `NAME/pairs.jsonl.gz`, `NAME/support.jsonl.gz` and `squad1_train.json.gz` below one folder, and the training
claims of SciFact below another. Nothing here knows tokens or torch.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

HELD_OUT = ("gov_help", "tatqa", "squadshifts_reddit", "fm2")  # whole sources that no weight is trained on
HELD_OUT_EVERY = 25  # of the groups of every other source, one in so many
HELD_OUT_OF_OURS = 8  # of the passages that we wrote, one in so many: what is made of the check is fitted on them
SPAN_SETS = (
    "squad",
    "squad2_adv",
    "nq_qed",
    "nq_oracle",
    "squadshifts_new_wiki",
    "squadshifts_amazon",
    "squadshifts_reddit",
)
HEADING_KINDS = ("heading", "howto", "description")  # questions made from headings, not asked by people
WRITTEN = Path(__file__).parent / "written"
SUPPORT_SETS = ("squad_claims", "fever", "fm2", "wikisplit", "infotabs", "wice", "begin", "snli")
CLAIM_SOURCES = (*SUPPORT_SETS, "spoiled", "stated", "written")


@dataclass(frozen=True)
class Pair:
    """A question and one passage; `answers` are spans of it, empty when it has none, None when nobody marked them."""

    source: str
    question: str
    passage: str
    title: str
    answers: tuple[str, ...] | None
    relevant: bool
    kind: str
    group: str
    heading: str = ""
    twin: tuple[str, str] | None = None  # of a bent question: the one it was bent from, and its answer

    @property
    def held_out(self) -> bool:
        return is_held_out(self.source, self.group)


@dataclass(frozen=True)
class Claim:
    """A sentence and a passage; `supported` is 1, 0, or .4 where people were not sure."""

    source: str
    sentence: str
    passage: str
    supported: float
    kind: str
    changed: tuple[tuple[int, int], ...] = ()  # code points of `sentence` that the passage does not say
    held_out: bool = False
    twin: str = ""  # of a true sentence: a false one of the same wording


def is_held_out(source: str, group: str) -> bool:
    """Whole sources, and one group in 25 of each other: the same in every run and on every machine.

    SQuAD and what was made of it share their paragraphs, so the article decides for all of them.
    """
    if source in HELD_OUT:
        return True
    family = "squad" if source in ("squad", "squad2_adv") else source
    article = group.partition("#")[0]
    return _lot(family, article) % HELD_OUT_EVERY == 0


def _lot(family: str, group: str) -> int:
    """0 to 255, the same for a group in every run and on every machine."""
    return blake2b(f"{family}\0{group}".encode(), digest_size=4).digest()[0]


def pairs(folder: Path, source: str) -> Iterator[Pair]:
    """The pairs of one source; `squad` is SQuAD 1.1's training part."""
    if source == "squad":
        yield from _squad(folder)
        return
    for row in _lines(folder / source / "pairs.jsonl.gz"):
        answers = row["answers"]
        twin = row.get("pair_of")
        yield Pair(
            source=source,
            question=row["question"].strip(),
            passage=row["passage"],
            title=row["title"].replace("_", " "),
            answers=None if answers is None else tuple(answer for answer in answers if answer),
            relevant=row["relevant"],
            kind=row.get("kind") or "",
            group=str(row.get("group") or row["passage"][:80]),
            heading=row.get("heading") or "",
            twin=(twin, row["pair_answers"][0]) if twin and row["pair_answers"] else None,
        )


def claims(folder: Path, source: str) -> Iterator[Claim]:
    labels = {"supported": 1.0, "unsupported": 0.0, "unclear": 0.4}
    for row in _lines(folder / source / "support.jsonl.gz"):
        held_out = is_held_out(source, row["passage"][:80])
        yield Claim(source, row["sentence"], row["passage"], labels[row["label"]], row["kind"], held_out=held_out)


def written() -> Iterator[Claim]:
    """Sentences that we wrote ourselves over help texts of our own: each true one with its false twin."""
    for file in sorted(WRITTEN.glob("*.jsonl")):
        for row in _plain_lines(file):
            held_out = _lot("written", row["passage"][:80]) % HELD_OUT_OF_OURS == 0
            for said, unsaid in row["pairs"]:
                yield Claim("written", said, row["passage"], 1.0, "written", held_out=held_out, twin=unsaid)


def scifact(folder: Path) -> Iterator[Pair]:
    """The training claims of SciFact with the abstracts that bear on them; the test claims are never read."""
    texts = {row["_id"]: row for row in _plain_lines(folder / "corpus.jsonl")}
    asked = {row["_id"]: row["text"] for row in _plain_lines(folder / "train_queries.jsonl")}
    for line in (folder / "train_qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, _ = line.split("\t")
        found = texts[document]
        yield Pair("scifact", asked[query], found["text"], found["title"], None, True, "claim", query)


def scifact_abstracts(folder: Path) -> Iterator[tuple[str, str]]:
    """Title and text of every abstract: the sea in which hard negatives for the training claims swim."""
    for row in _plain_lines(folder / "corpus.jsonl"):
        yield row["title"], row["text"]


def _squad(folder: Path) -> Iterator[Pair]:
    with gzip.open(folder / "squad1_train.json.gz", "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    for article in articles:
        title = article["title"].replace("_", " ")
        for place, paragraph in enumerate(article["paragraphs"]):
            for asked in paragraph["qas"]:
                answers = tuple(dict.fromkeys(answer["text"] for answer in asked["answers"]))
                group = f"{article['title']}#p{place}"
                yield Pair("squad", asked["question"].strip(), paragraph["context"], title, answers, True, "", group)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _plain_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
