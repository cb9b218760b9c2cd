"""Reading passages, by a network with random weights: its manners are tested, not its wits."""

import math
import re
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from app.answering.answer_spans import LONGEST, best_spans, blocks_of
from app.answering.reader import (
    NO_SPAN,
    ROWS,
    Readable,
    Reader,
    batches,
)
from app.errors import ModelUnavailable
from tests.tiny_reader import WINDOW, save_tiny_reader

VOCABULARY = Path(str(files("models") / "embedding" / "tokenizer.json"))
QUESTION = "How long do refunds take?"
NEAR = 0.06  # bf16 and int8 products: the same text in another batch may differ by so much


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    return save_tiny_reader(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(folder, VOCABULARY, threads=2)


@pytest.mark.full
def test_readings_come_in_the_order_given_whatever_is_read_with_them(reader: Reader) -> None:
    passages = [Readable("Refunds", f"Refunds take {'very ' * (n * 13 % 70)}long, about {n} days.") for n in range(11)]

    together = reader.read(QUESTION, passages)

    alone = [reader.read(QUESTION, [passage])[0] for passage in passages]
    assert [r.relevance for r in together] == pytest.approx([r.relevance for r in alone], abs=NEAR)
    assert [r.answerable for r in together] == pytest.approx([r.answerable for r in alone], abs=NEAR)


@pytest.mark.full
@pytest.mark.parametrize(
    "text",
    [
        "Refunds take five days.",
        "退款需要五个工作日。请保留收据。",
        "👩‍👩‍👧 emoji 👍🏽 first, then words 🚀",
        "cafe\u0301 ole\u0301 e\u0301",
        "환불은 5일이 걸립니다.",
        "x\u0000\u200b\u00ad y\ufeff z",
        "half a pair \ud83d of signs",
        "a\tb\r\nc\n\n\n  d",
    ],
)
def test_a_span_is_counted_in_code_points_of_the_text(reader: Reader, text: str) -> None:
    [bare] = reader.read(QUESTION, [Readable("", text)])
    [titled] = reader.read(QUESTION, [Readable("Títle 🚀\nHeading 中", text)])

    for reading in (bare, titled):
        assert 0 <= reading.start < reading.end <= len(text)
        span = text[reading.start : reading.end]
        assert span == span.strip(" \t\n")
        assert not text[reading.end :].startswith("\u0301")  # an accent stays with its letter


@pytest.mark.full
def test_a_span_is_made_of_whole_words(reader: Reader) -> None:
    text = "Reimbursements of nontransferable prepayments, uncharacteristically, take Donaudampfschifffahrt days."

    for question in ("when?", "what?", "who pays unforeseeable things?", QUESTION):
        [reading] = reader.read(question, [Readable("", text)])

        assert set(re.findall(r"\w+", text[reading.start : reading.end])) <= set(re.findall(r"\w+", text))


@pytest.mark.full
def test_a_passage_longer_than_the_window_is_read_from_its_beginning(reader: Reader) -> None:
    read = " ".join(["pay"] * (WINDOW - 4 - 6))  # six tokens of the question

    [reading] = reader.read(QUESTION, [Readable("", read + " never read" * 200)])

    [all_of_it] = reader.read(QUESTION, [Readable("", read)])
    assert reading.end <= len(read)
    assert reading.relevance == pytest.approx(all_of_it.relevance, abs=NEAR)


@pytest.mark.full
def test_a_question_longer_than_is_read_keeps_its_end(reader: Reader) -> None:
    passage = Readable("Refunds", "Refunds take five days.")
    end = "pay " * 58 + QUESTION

    [long], [short] = (reader.read(question, [passage]) for question in ("hello " * 300 + end, end))

    assert long.relevance == pytest.approx(short.relevance, abs=NEAR)


@pytest.mark.full
@pytest.mark.parametrize("text", ["", " \n ", "\u200b"])
def test_where_nothing_stands_no_span_is_found(reader: Reader, text: str) -> None:
    [reading] = reader.read(QUESTION, [Readable("Refunds", text)])

    assert (reading.start, reading.end, reading.span) == (0, 0, NO_SPAN)
    assert math.isfinite(reading.relevance)


@pytest.mark.full
def test_nothing_to_read_is_no_error(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == []
    assert reader.supports([]) == []


@pytest.mark.full
def test_a_separator_in_an_article_is_just_words(reader: Reader) -> None:
    forged, spelt = (
        reader.read(f"Who {sign} pays?", [Readable("", f"Nobody {sign} pays.")])[0] for sign in ("[SEP]", "[ sep ]")
    )

    assert forged.relevance == spelt.relevance


@pytest.mark.full
def test_readings_are_calibrated_as_the_card_says(folder: Path, reader: Reader, tmp_path: Path) -> None:
    calibration = {"relevance": [2.0, 0.5], "answerable": [0.0, 0.0], "support": [-1.0, 3.0]}
    calibrated = Reader(save_tiny_reader(tmp_path, {"calibration": calibration}), VOCABULARY, threads=2)
    passages, pairs = [Readable("", "Refunds take five days.")], [("Refunds take days.", "Refunds take five days.")]

    [raw], [reading] = reader.read(QUESTION, passages), calibrated.read(QUESTION, passages)
    [raw_support], [support] = reader.supports(pairs), calibrated.supports(pairs)

    assert reading.relevance == pytest.approx(2 * raw.relevance + 0.5, abs=1e-5)
    assert reading.answerable == 0.5
    assert support == pytest.approx(3 - raw_support, abs=1e-5)


@pytest.mark.full
def test_sentences_are_judged_in_the_order_given(reader: Reader) -> None:
    pairs = [(f"Refunds take {n} days{' or so' * (n % 4)}.", "Refunds take five days. " * (n % 5)) for n in range(9)]

    together = reader.supports(pairs)

    assert together == pytest.approx([reader.supports([pair])[0] for pair in pairs], abs=NEAR)


@pytest.mark.full
def test_a_sentence_without_words_is_no_error(reader: Reader) -> None:
    [said] = reader.supports([("", "Refunds take five days.")])

    assert math.isfinite(said)


@pytest.mark.full
def test_threads_share_a_reader(folder: Path) -> None:
    fresh = Reader(folder, VOCABULARY, threads=2)
    passages = [Readable("", f"Refunds take {n} days." * (1 + n % 5)) for n in range(12)]

    def relevances(_: int) -> list[float]:
        return [reading.relevance for reading in fresh.read(QUESTION, passages)]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(relevances, range(8)))

    assert all(one == pytest.approx(found[0], abs=1e-6) for one in found)


@pytest.mark.full
def test_words_of_other_languages_are_less_familiar(reader: Reader) -> None:
    assert reader.familiarity("How long do people wait, 3 days?") == 1.0
    assert reader.familiarity("Zahlungseingänge benötigen üblicherweise fünf Werktage") < 0.3
    assert reader.familiarity("Возврат денег") == 0.0
    assert reader.familiarity("4031?") == 1.0


def test_files_that_are_missing_are_said_with_what_to_do(tmp_path: Path) -> None:
    reader = Reader(tmp_path, VOCABULARY, threads=1)

    with pytest.raises(ModelUnavailable, match=r"model\.json cannot be read; install Footnote again"):
        reader.read(QUESTION, [Readable("", "Five days.")])


@pytest.mark.full
@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_said_with_what_to_do(folder: Path, tmp_path: Path, damaged: str) -> None:
    for name in ("model.json", "model.onnx"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "tokenizer.json").write_bytes(VOCABULARY.read_bytes())
    (tmp_path / damaged).write_bytes(b"not what it was")

    reader = Reader(tmp_path, tmp_path / "tokenizer.json", threads=1)

    with pytest.raises(ModelUnavailable, match=f"{damaged} is damaged"):
        reader.read(QUESTION, [Readable("", "Five days.")])


def test_the_best_span_is_the_best_of_all_that_are_legal() -> None:
    draw = np.random.default_rng(7)
    starts, ends = (draw.normal(size=(6, 75)).astype(np.float32) for _ in range(2))
    for row in range(6):
        starts[row, draw.choice(75, 30)] = ends[row, draw.choice(75, 30)] = -np.inf

    blocks = np.repeat(np.arange(5), 15)[None].repeat(6, axis=0)

    found = best_spans(starts, ends, blocks)

    for row, (first, last, logit) in enumerate(found):
        every = {
            (s, e): starts[row, s] + ends[row, e]
            for s in range(75)
            for e in range(s, min(75, s + LONGEST))
            if s // 15 == e // 15
        }
        assert logit == pytest.approx(float(max(every.values())))
        assert every[first, last] == max(every.values())


def test_where_no_span_is_legal_its_logit_says_so() -> None:
    nowhere = np.full((1, 4), -np.inf, np.float32)

    block = np.zeros((1, 4), np.int64)
    assert best_spans(nowhere, nowhere, block)[0][2] == -math.inf
    assert best_spans(nowhere[:, :0], nowhere[:, :0], block[:, :0])[0][2] == -math.inf


def test_a_span_stays_within_a_paragraph_a_row_or_an_item() -> None:
    text = "one two\nthree\n\nfour\n- five\n- six\n| a |\n| b |\n1. seven"
    offsets = [match.span() for match in re.finditer(r"\w{2,}|[ab]\b", text)]

    words = [text[start:end] for start, end in offsets]
    blocks = dict(zip(words, blocks_of(text, offsets).tolist(), strict=True))

    assert blocks["one"] == blocks["two"] == blocks["three"]
    assert len({blocks[word] for word in ("three", "four", "five", "six", "a", "b", "seven")}) == 7


@pytest.mark.parametrize(("texts", "streams"), [(1, 2), (2, 2), (4, 2), (6, 2), (20, 2), (21, 1), (5, 16)])
def test_batches_are_small_even_and_busy_all_streams(texts: int, streams: int) -> None:
    lengths = [(place * 37) % 200 for place in range(texts)]

    found = batches(lengths, streams)

    assert sorted(chain(*found)) == list(range(texts))
    assert max(map(len, found)) <= ROWS
    assert max(map(len, found)) - min(map(len, found)) <= 1
    assert len(found) >= min(texts, streams)
    assert [lengths[place] for place in chain(*found)] == sorted(lengths, reverse=True)
