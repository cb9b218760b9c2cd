"""Read a passage for a question: does it answer, and where? Read it for a sentence: does it bear it out?

One small network that comes with the desk (models/reader). Knows nothing of ranking, writing or thresholds.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.answering.answer_spans import Floats, best_spans, blocks_of, legal_ends, with_its_marks
from app.bundled_models import Batch, Network, checked_bytes
from app.errors import ModelUnavailable
from app.knowledge.embedding_models import well_formed
from app.settings import Settings

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

# In the vocabulary: [PAD], [unused0], [unused1], [UNK], [CLS], [SEP].
PADDING, QUESTION, CLAIM, UNKNOWN, FIRST, LAST = 0, 1, 2, 100, 101, 102
ASKED_TOKENS = 64  # of the question or the sentence, the last ones
SHORTEST, LENGTH_STEP = 64, 32  # lengths are padded to few values: each shape is prepared once by OpenVINO
ROWS = 4  # in a batch, at most: small ones stay in the CPU's cache
NO_SPAN = -30.0  # in place of a span's logits where there was nothing to read


@dataclass(frozen=True)
class Readable:
    """A passage as it is read: title and headings, a line each, and its text."""

    above: str
    text: str


@dataclass(frozen=True)
class PassageReading:
    """What the reader makes of one passage for one question."""

    relevance: float  # calibrated logit: 0 is as likely as not
    answerable: float  # calibrated probability that the answer stands in it
    start: int  # of the best span, code points of the passage's text; start == end where there was nothing to read
    end: int
    span: float  # logit of that span less that of "there is none"


@dataclass(frozen=True)
class _Row:
    """One text as the network takes it."""

    ids: list[int]
    asked: int  # tokens of the question or sentence; they begin at 2
    passage: "Encoding"

    @property
    def begin(self) -> int:
        """Where the passage's tokens begin."""
        return self.asked + 3

    @property
    def read(self) -> int:
        """How many of the passage's tokens fitted."""
        return len(self.ids) - self.begin - 1


class Reader:
    """Opened with the first text; threads share it.

    Args:
        folder: has model.onnx, and model.json with its hash.
        vocabulary: the tokenizer.json that it was trained with.
        threads: of the CPU.

    Every reading raises ModelUnavailable when a file is missing or damaged.
    """

    def __init__(self, folder: Path, vocabulary: Path, threads: int) -> None:
        self._folder = folder
        self._vocabulary = vocabulary
        self._threads = threads
        self._loading = Lock()

    @property
    def name(self) -> str:
        return str(self._card["name"])

    @property
    def runtime(self) -> str:
        """For `footnote doctor`: `OpenVINO 2026.4.1, bf16 and int8, 2 threads`. Loads the network."""
        return self._network.runtime

    def read(self, question: str, passages: Sequence[Readable]) -> list[PassageReading]:
        """In the order given; what does not fit the window is not read."""
        return self.read_pairs([(question, passage) for passage in passages])

    def read_pairs(self, pairs: Sequence[tuple[str, Readable]]) -> list[PassageReading]:
        """The same for passages of several questions."""
        if not pairs:
            return []
        passages = [passage for _, passage in pairs]
        questions = self._encoded([question for question, _ in pairs])
        texts = self._encoded([_whole(passage) for passage in passages])
        rows = [self._row(QUESTION, asked.ids, text) for asked, text in zip(questions, texts, strict=True)]
        tokens, scores = self._run(rows)
        relevance, answerable = (
            self._calibrated(name, scores[:, at]) for at, name in enumerate(("relevance", "answerable"))
        )
        spans = self._spans(rows, tokens, passages)
        return [
            PassageReading(
                relevance=float(relevance[row]),
                answerable=1 / (1 + math.exp(-answerable[row])),
                start=start,
                end=with_its_marks(passage.text, end),
                span=logit,
            )
            for row, (passage, (start, end, logit)) in enumerate(zip(passages, spans, strict=True))
        ]

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Of each (sentence, passage), in the order given, the calibrated logit that the passage bears it out.

        0 is as likely as not; what does not fit the window is not read.
        """
        if not pairs:
            return []
        sentences = self._encoded([sentence for sentence, _ in pairs])
        passages = self._encoded([passage for _, passage in pairs])
        rows = [self._row(CLAIM, sentence.ids, passage) for sentence, passage in zip(sentences, passages, strict=True)]
        _, scores = self._run(rows)
        return [float(logit) for logit in self._calibrated("support", scores[:, 2])]

    def familiarity(self, text: str) -> float:
        """Share of the text's words that stand whole in the vocabulary, 0 to 1; 1 where it has no words.

        The encoder knows English: words of other languages fall into pieces.
        """
        encoded = self._encoded([text])[0]
        pieces: dict[int | None, list[int]] = {}
        for word, token in zip(encoded.word_ids, encoded.ids, strict=True):
            pieces.setdefault(word, []).append(token)
        known = [
            len(tokens) == 1 and tokens[0] != UNKNOWN
            for word, tokens in pieces.items()
            if word is not None and text[slice(*encoded.word_to_chars(word) or ())].isalpha()
        ]
        return sum(known) / len(known) if known else 1.0

    def _row(self, task: int, asked: Sequence[int], passage: "Encoding") -> _Row:
        asked = asked[-ASKED_TOKENS:]
        room = self._window - len(asked) - 4
        return _Row([FIRST, task, *asked, LAST, *passage.ids[:room], LAST], len(asked), passage)

    def _run(self, rows: Sequence[_Row]) -> tuple[Floats, Floats]:
        """Logits of all tokens, shape (rows, window, 3), and of the whole texts, shape (rows, 3)."""
        tokens = np.zeros((len(rows), self._window, 3), np.float32)
        scores = np.empty((len(rows), 3), np.float32)
        together = batches([len(row.ids) for row in rows], self._threads)
        found = self._network.run(self._padded([rows[at].ids for at in places]) for places in together)
        for places, outputs in zip(together, found, strict=True):
            tokens[places, : outputs["tokens"].shape[1]] = outputs["tokens"]
            scores[places] = outputs["scores"]
        return tokens, scores

    def _padded(self, texts: Sequence[Sequence[int]]) -> Batch:
        """Ids and mask, shape (texts, longest rounded up)."""
        longest = max(SHORTEST, -(-max(map(len, texts)) // LENGTH_STEP) * LENGTH_STEP)
        ids = np.full((len(texts), min(longest, self._window)), PADDING, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        return ids, mask

    def _spans(
        self, rows: Sequence[_Row], tokens: Floats, passages: Sequence[Readable]
    ) -> list[tuple[int, int, float]]:
        """Of each row the best span: start and end in code points of the passage's text, and its logit."""
        longest = max(row.read for row in rows)
        starts, ends = (np.full((len(rows), longest), -np.inf, np.float32) for _ in range(2))
        blocks = np.zeros((len(rows), longest), np.int64)
        for at, (row, passage) in enumerate(zip(rows, passages, strict=True)):
            offsets, fitted = row.passage.offsets[: row.read], slice(row.read)
            goes_on = self._continues[np.array(row.passage.ids, dtype=np.int64)]
            may_start, may_end = legal_ends(row.passage.offsets, goes_on, len(passage.above) + 1)
            logits = tokens[at, row.begin : row.begin + row.read]
            starts[at, fitted] = np.where(may_start[fitted], logits[:, 0], -np.inf)
            ends[at, fitted] = np.where(may_end[fitted], logits[:, 1], -np.inf)
            blocks[at, fitted] = blocks_of(_whole(passage), offsets)
        found = []
        for at, (first, last, logit) in enumerate(best_spans(starts, ends, blocks)):
            if logit == -np.inf:
                found.append((0, 0, NO_SPAN))
                continue
            offsets, below = rows[at].passage.offsets, len(passages[at].above) + 1
            null = float(tokens[at, 0, 0] + tokens[at, 0, 1])
            found.append((offsets[first][0] - below, offsets[last][1] - below, logit - null))
        return found

    def _calibrated(self, head: str, logits: Floats) -> Floats:
        scale, shift = self._card["calibration"][head]
        return logits * np.float32(scale) + np.float32(shift)

    def _encoded(self, texts: Sequence[str]) -> "list[Encoding]":
        return self._tokenizer.encode_batch([well_formed(text) for text in texts], add_special_tokens=False)

    @property
    def _window(self) -> int:
        return int(self._card["window"])

    @property
    def _card(self) -> dict[str, Any]:
        with self._loading:
            return self._loaded_card

    @property
    def _tokenizer(self) -> "Tokenizer":
        with self._loading:
            return self._loaded_tokenizer

    @property
    def _continues(self) -> NDArray[np.bool_]:
        with self._loading:
            return self._loaded_continues

    @property
    def _network(self) -> Network:
        with self._loading:
            return self._loaded_network

    @cached_property
    def _loaded_card(self) -> dict[str, Any]:
        path = self._folder / "model.json"
        try:
            card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise ModelUnavailable(f"{path} cannot be read; install Footnote again") from problem
        return card

    @cached_property
    def _loaded_tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        content = checked_bytes(self._vocabulary, self._loaded_card["sha256"]["tokenizer.json"])
        tokenizer = Tokenizer.from_buffer(content)
        tokenizer.encode_special_tokens = True  # an article that says "[SEP]" says just that
        return tokenizer

    @cached_property
    def _loaded_continues(self) -> NDArray[np.bool_]:
        """Of each token whether it goes on with the word before it."""
        words = self._loaded_tokenizer.get_vocab()
        continues = np.zeros(max(words.values()) + 1, dtype=np.bool_)
        continues[[token for word, token in words.items() if word.startswith("##")]] = True
        return continues

    @cached_property
    def _loaded_network(self) -> Network:
        content = checked_bytes(self._folder / "model.onnx", self._loaded_card["sha256"]["model.onnx"])
        return Network(content, ["tokens", "scores"], self._threads)


def _whole(passage: Readable) -> str:
    return f"{passage.above}\n{passage.text}"


def batches(lengths: Sequence[int], streams: int) -> list[list[int]]:
    """Places of about equal length together, the longest first; as many batches as keep all streams busy."""
    longest_first = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    count = -(-len(lengths) // ROWS)
    count = min(len(lengths), -(-count // streams) * streams)
    return [places.tolist() for places in np.array_split(np.array(longest_first), count)]


def open_reader(settings: Settings) -> Reader:
    """The one that comes with the desk; nothing is read yet."""
    models = Path(str(files("models")))
    return Reader(models / "reader", models / "embedding" / "tokenizer.json", settings.threads)
