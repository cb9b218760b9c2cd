"""Does the desk tell a sentence that its passage says from one that it does not? AUROC for each way of being wrong.

    FOOTNOTE_TRAIN_DATA=... python -m evals.supporting [--words]

On sentences that people wrote (evals/golden/support.jsonl), and on help pages that no reader was trained on, whose
sentences were put in other words and spoiled in one place (models/reader/spoiling.py). `--words` asks no reader.
"""

import argparse
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from app import settings
from app.answering.evidence import Evidence, Grounds
from app.answering.reader import open_reader
from app.answering.support import Judgement, SupportCheck
from evals.answer_measures import auroc, share
from models.reader.rows import claims, pairs, written
from models.reader.spoiling import Source, support_rows

GOLDEN = Path(__file__).parent / "golden" / "support.jsonl"
HELP = ("gov_help", "ms_docs", "aws_docs", "lib_docs", "feedbackqa")
PEOPLES = ("fm2", "squad_claims")
SEED = 20261120
PAIRS_OF_A_KIND = 300
ROWS_OF_A_PASSAGE, PASSAGES = 8, 500  # per set and half

Half = Literal["fit", "test"]


@dataclass(frozen=True)
class Case:
    """A sentence and the passage that it is held against."""

    of_set: str
    sentence: str
    passage: str
    supported: bool
    about: str  # how it is wrong or, when it is not, how the sentence that it is compared with is

    @property
    def evidence(self) -> Evidence:
        return Grounds(self.passage).evidence(self.sentence)


def golden(file: Path = GOLDEN) -> list[Case]:
    """The sentences written by hand; each supported one is compared with the wrong one of the same passage."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    wrong = {(row["article"], row["quote"]): row["kind"] for row in rows if not row["supported"]}
    return [
        Case("golden", row["sentence"], row["quote"], row["supported"], wrong[row["article"], row["quote"]])
        for row in rows
    ]


def spoiled(folder: Path, half: Half, pairs_of_a_kind: int = PAIRS_OF_A_KIND) -> list[Case]:
    """Held-out help pages, their sentences spoiled: one half of the pages to fit on and the other to test on."""
    found: dict[str, list[tuple[Case, Case]]] = defaultdict(list)
    for name in HELP:
        rows = list(support_rows(sources(folder, name, half), seed=SEED, per_passage=ROWS_OF_A_PASSAGE))
        for said, unsaid in zip(rows[::2], rows[1::2], strict=True):
            twins = (
                Case("spoiled", row.sentence, row.passage, row.supported == 1.0, row.about) for row in (said, unsaid)
            )
            one, other = twins
            found[unsaid.kind].append((one, other))
    rng = random.Random(SEED)
    chosen = (rng.sample(twins, min(pairs_of_a_kind, len(twins))) for twins in found.values())
    return [case for twins in chosen for pair in twins for case in pair]


def strangers(cases: Sequence[Case], most: int = 600) -> list[Case]:
    """True sentences, and the same against passages of other pages: made up, as far as these can tell."""
    rng = random.Random(SEED)
    true = [replace(case, of_set="strangers", about="stranger") for case in cases if case.supported]
    chosen = rng.sample(true, min(most, len(true)))
    return [*chosen, *(replace(case, passage=rng.choice(true).passage, supported=False) for case in chosen)]


def peoples(folder: Path, source: str, half: Half, most: int = 1200) -> list[Case]:
    """Held-out sentences that people wrote to mislead, and true ones beside them."""
    found = [
        Case(source, claim.sentence, claim.passage, claim.supported == 1.0, claim.kind)
        for claim in claims(folder, source)
        if claim.held_out and claim.supported in (0.0, 1.0) and _half(claim.passage[:80]) == half
    ]
    return random.Random(SEED).sample(found, min(most, len(found)))


def ours(half: Half) -> list[Case]:
    """Sentences that we wrote over help texts of our own, true and false twins; none of these was trained on."""
    found = [claim for claim in written() if claim.held_out and _half(claim.passage[:80]) == half]
    return [
        Case("written", said, claim.passage, is_true, "twin")
        for claim in found
        for said, is_true in ((claim.sentence, True), (claim.twin, False))
    ]


def judged(cases: Sequence[Case], check: SupportCheck) -> list[Judgement]:
    """In order; the reader gets as many at once as it likes."""
    return check.judge([(case.sentence, case.evidence) for case in cases])


def figures(cases: Sequence[Case], judgements: Sequence[Judgement], by_kind: bool = True) -> dict[str, Any]:
    """AUROC over all and for each way of being wrong, and what the verdicts do to good and to wrong sentences."""
    chances = [judgement.probability for judgement in judgements]
    good = [chance for case, chance in zip(cases, chances, strict=True) if case.supported]
    wrong = [chance for case, chance in zip(cases, chances, strict=True) if not case.supported]
    kinds = sorted({case.about for case in cases}) if by_kind else []
    verdicts = [(case.supported, judgement.support) for case, judgement in zip(cases, judgements, strict=True)]
    return {
        "cases": len(cases),
        "auroc": _rounded(auroc(good, wrong)),
        "auroc_of": {kind: _rounded(_auroc_of(kind, cases, chances)) for kind in kinds},
        "mean_probability": [_rounded(fmean(good)), _rounded(fmean(wrong))],
        "wrong_caught": _rounded(share(support != "supported" for is_good, support in verdicts if not is_good)),
        "wrong_called_unsupported": _rounded(share(s == "unsupported" for is_good, s in verdicts if not is_good)),
        "good_not_supported": _rounded(share(support != "supported" for is_good, support in verdicts if is_good)),
        "good_called_unsupported": _rounded(share(s == "unsupported" for is_good, s in verdicts if is_good)),
    }


def measure(check: SupportCheck, training: Path | None, pairs_of_a_kind: int = PAIRS_OF_A_KIND) -> dict[str, Any]:
    """Figures of each set; without a folder of training data, of the sentences written by hand alone."""
    sets = {"golden": golden(), "written": ours("test")}
    if training:
        sets["spoiled"] = spoiled(training, "test", pairs_of_a_kind)
        sets["strangers"] = strangers(sets["spoiled"])
        sets |= {name: peoples(training, name, "test") for name in PEOPLES}
    return {name: figures(cases, judged(cases, check), name not in PEOPLES) for name, cases in sets.items()}


def _auroc_of(kind: str, cases: Sequence[Case], chances: Sequence[float]) -> float | None:
    of_kind = [(case.supported, chance) for case, chance in zip(cases, chances, strict=True) if case.about == kind]
    return auroc([chance for good, chance in of_kind if good], [chance for good, chance in of_kind if not good])


def sources(folder: Path, name: str, half: Half) -> list[Source]:
    pages: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in pairs(folder, name):
        if pair.held_out and _half(pair.group) == half:
            pages[pair.group].setdefault(pair.passage, pair.title)
    found = [
        Source(text, title, group, tuple(other for other in texts if other != text)[:6])
        for group, texts in pages.items()
        for text, title in texts.items()
    ]
    return random.Random(SEED).sample(found, min(PASSAGES, len(found)))


def _half(group: str) -> Half:
    return "fit" if blake2b(group.encode(), digest_size=1).digest()[0] % 2 else "test"


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--words", action="store_true", help="ask no reader")
    parser.add_argument("--pairs", type=int, default=PAIRS_OF_A_KIND, help="of a kind of spoiled sentences")
    arguments = parser.parse_args()
    check = SupportCheck(None if arguments.words else open_reader(settings.read()))
    folder = os.environ.get("FOOTNOTE_TRAIN_DATA")
    json.dump(measure(check, Path(folder) if folder else None, arguments.pairs), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
