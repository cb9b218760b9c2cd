"""What does checking cost a reader? From the language model's last token to the last word of the answer.

    python -m evals.bench_checking DATASET [--questions N] [--tokens-per-second N] [--json]

A scripted model on loopback streams three to eight sentences an answer, reworded from the passages of its prompt, with
two or three citations each, at the pace of a real one. Its last token has left when it is sent; the last word has come
when the desk hands it over. The model's server runs in the same process and on the same cores.
"""

import argparse
import json
import os
import platform
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic
from typing import Any

from app import settings
from app.answering.answers import Reply
from app.answering.sentences import units
from app.errors import FootnoteError, WrongUse
from app.language_models import WritingRequest
from app.settings import Settings
from evals.answers import Ask
from evals.datasets import Dataset, dataset_at
from evals.lot import drawn_by_lot
from evals.misbehaving import MODEL
from evals.model_server import ModelServer, model_server
from evals.percentiles import percentile
from evals.workbench import Progress, workbench
from models.reader.restating import rephrased
from models.reader.spoiling import unmarked

QUESTIONS, WARM_UP = 40, 3
TOKENS_PER_SECOND = 80.0  # a token is `model_server.PIECE` code points; hosted models write 50 to 150
SENTENCES, CITATIONS = (3, 8), (2, 3)  # of an answer; of a sentence
FEWEST_WORDS = 8  # of a sentence worth saying
ALLOWED_MS = 150
_PASSAGE = re.compile(r"<<\w+ passage \[(\d+)\].*?>>\n(.*?)\n<<\w+ end of \[\1\]>>", re.DOTALL)


@dataclass(frozen=True)
class Overhead:
    """One answer: milliseconds from the model's last token to its last word, and until it was kept and over."""

    last_word: float
    whole: float
    sentences: int
    citations: int  # marks that the writer gave


class Wordy:
    """Says again what the passages say, in other words; of the same prompt the same."""

    def __init__(self) -> None:
        self.sentences = self.citations = 0  # of the newest answer

    def __call__(self, request: WritingRequest) -> Iterator[str]:
        draw = random.Random(blake2b(request.prompt.encode()).digest())
        said = list(_sayable(request.prompt))
        numbers = list(dict.fromkeys(number for number, _ in said))
        chosen = draw.sample(said, min(draw.randint(*SENTENCES), len(said)))
        self.sentences = self.citations = 0
        for number, sentence in chosen:
            others = [other for other in numbers if other != number]
            cited = [number, *draw.sample(others, min(draw.randint(*CITATIONS) - 1, len(others)))]
            self.sentences, self.citations = self.sentences + 1, self.citations + len(cited)
            yield f"{unmarked(rephrased(sentence, draw))} {''.join(f'[{one}]' for one in cited)} "


def measure(
    dataset: Dataset, chosen: Settings, questions: int, tokens_per_second: float, progress: Progress
) -> list[Overhead]:
    """So many answers that the model has written, after some to warm up.

    Raises:
        WrongUse: no question of the dataset is answered by the model.
    """
    found: list[Overhead] = []
    with model_server() as server:
        server.pieces_per_second = tokens_per_second
        with_model = chosen.model_copy(
            update={"language_model": MODEL, "openai_base_url": server.base_url, "models": {}, "prompts": None}
        )
        with workbench(dataset, with_model, progress) as bench:
            for query in drawn_by_lot(dataset.queries, len(dataset.queries)):
                progress(f"asking {dataset.name}: {len(found)} of {questions + WARM_UP}")
                if not Ask(query).unanswerable and (one := _timed(bench.desk.ask(query.text), server)):
                    found.append(one)
                if len(found) == questions + WARM_UP:
                    break
    if len(found) <= WARM_UP:
        raise WrongUse(f"{dataset.name} has too few questions that are answered; take another one")
    return found[WARM_UP:]


def figures(found: Sequence[Overhead]) -> dict[str, Any]:
    """Milliseconds over all answers, and what was answered."""
    spreads = {
        name: {
            **{f"p{share}": round(percentile(values, share / 100), 1) for share in (50, 95)},
            "max": round(max(values), 1),
        }
        for name, values in (("last_word_ms", [o.last_word for o in found]), ("whole_ms", [o.whole for o in found]))
    }
    sentences = sum(one.sentences for one in found)
    return {
        "answers": len(found),
        "sentences": sentences,
        "citations_of_a_sentence": round(sum(one.citations for one in found) / sentences, 2),
        **spreads,
        "allowed_ms": ALLOWED_MS,
        "holds": spreads["last_word_ms"]["max"] <= ALLOWED_MS,
    }


def machine() -> dict[str, Any]:
    """Where it was measured, and how busy that was just before."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
    }


def _sayable(prompt: str) -> Iterator[tuple[int, str]]:
    """The sentences of the passages, each with the number of its passage."""
    for number, passage in _PASSAGE.findall(prompt):
        for unit in units(passage):
            if unit.kind == "sentence" and len(unit.shown.split()) >= FEWEST_WORDS and unit.shown.endswith("."):
                yield int(number), unit.shown


def _timed(reply: Reply, server: ModelServer) -> Overhead | None:
    """None where the answer is not the model's, or was not all that it said."""
    script = server.says = Wordy()
    last_word = 0.0
    for piece in reply:
        if piece.strip():
            last_word = monotonic()
    whole = monotonic()
    answer = reply.answer
    if answer.model != MODEL or answer.notes:
        return None
    sent = server.last_piece_at
    return Overhead(1000 * (last_word - sent), 1000 * (whole - sent), script.sentences, script.citations)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dataset", help="FOLDER, FOLDER:CORPUS or FOLDER:CORPUS:QRELS, as in docs/evals.md")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="that are timed, drawn by lot [%(default)s]")
    parser.add_argument("--tokens-per-second", type=float, default=TOKENS_PER_SECOND, help="[%(default)s]")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    place = machine()

    def progress(line: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{line}")

    found = measure(
        dataset_at(arguments.dataset), settings.read(), arguments.questions, arguments.tokens_per_second, progress
    )
    body = {**figures(found), "tokens_per_second": arguments.tokens_per_second, "machine": place}
    if arguments.json:
        sys.stdout.write(json.dumps(body) + "\n")
    else:
        sys.stdout.writelines(f"{name.replace('_', ' '):<26}{value}\n" for name, value in body.items())
    if not body["holds"]:
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
