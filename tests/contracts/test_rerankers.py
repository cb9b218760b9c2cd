"""What every reranker keeps. A cross-encoder here is a tiny one with random weights: only its manners are tested."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app import plugins
from app.answering.reader import Reader
from app.answering.rerankers import Reranker, Reranking
from app.answering.rerankers.cross_encoder import CrossEncoderReranker
from app.errors import SettingsError
from app.knowledge.articles import Passage, Ranks
from app.settings import Settings
from tests.builders import a_chunk, an_article
from tests.tiny_reader import save_tiny_reader

RERANKERS = "app.answering.rerankers"
VOCABULARY = Path(str(files("models") / "embedding" / "tokenizer.json"))
TEXTS = ("Refunds take five days.", "Trains are booked in the portal.", "Passwords have twelve signs.")


def passages() -> list[Passage]:
    """Three, best first, as fusion hands them on."""
    return [
        Passage(a_chunk(text=text, position=place), an_article(), 1.0 - place / 2, Ranks(fused=place + 1))
        for place, text in enumerate(TEXTS)
    ]


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of 16 dimensions, saved as sentence-transformers expects a CrossEncoder."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("cross-encoder")
    letters = [chr(code) for code in range(97, 123)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), "."]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    transformers.BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Of random weights, in the form of the one that comes with the desk."""
    pytest.importorskip("onnx")
    return Reader(save_tiny_reader(tmp_path_factory.mktemp("reader")), VOCABULARY, threads=2)


@pytest.fixture(
    params=[pytest.param(n, marks=pytest.mark.full if n != "none" else ()) for n in plugins.names(RERANKERS)]
)
def reranker(request: pytest.FixtureRequest, tmp_path: Path) -> Reranker:
    choice, reader = request.param, Reader(tmp_path, VOCABULARY, threads=1)
    if choice == "cross_encoder":
        choice = f"cross_encoder:{request.getfixturevalue('tiny_cross_encoder')}"
    if choice == "bundled":
        reader = request.getfixturevalue("tiny_reader")
    built: Reranker = plugins.build(RERANKERS, choice, Settings(reranker=choice), reader)
    return built


def test_the_same_passages_come_back_in_the_order_of_their_new_scores(reranker: Reranker) -> None:
    ranked = reranker.rerank("How long do refunds take?", passages()).passages

    assert {p.chunk.id for p in ranked} == {p.chunk.id for p in passages()}
    assert [p.score for p in ranked] == sorted((p.score for p in ranked), reverse=True)


def test_what_was_read_is_told_of_passages_that_were_given(reranker: Reranker) -> None:
    read = reranker.rerank("How long do people wait?", passages()).read

    assert set(read) == ({p.chunk.id for p in passages()} if reranker.name else set())


def test_the_ranks_of_earlier_steps_stay(reranker: Reranker) -> None:
    ranked = reranker.rerank("refunds", passages()).passages

    assert {p.chunk.position: p.ranks.fused for p in ranked} == {0: 1, 1: 2, 2: 3}


def test_the_order_does_not_depend_on_how_often_one_asks(reranker: Reranker) -> None:
    once, twice = (reranker.rerank("refunds", passages()).passages for _ in range(2))

    assert [p.chunk.id for p in once] == [p.chunk.id for p in twice]


def test_nothing_to_rank_is_no_error(reranker: Reranker) -> None:
    assert reranker.rerank("refunds", []) == Reranking([])


def test_one_passage_stays_one(reranker: Reranker) -> None:
    assert [p.chunk.text for p in reranker.rerank("refunds", passages()[:1]).passages] == [TEXTS[0]]


class _Opinionated:
    """Stands for a CrossEncoder: its scores are given."""

    def __init__(self, scores: Sequence[float]) -> None:
        self.scores = scores
        self.pairs: list[tuple[str, str]] = []

    def predict(self, pairs: list[tuple[str, str]], **_: Any) -> Sequence[float]:
        self.pairs = pairs
        return self.scores


def test_a_cross_encoder_has_half_the_say() -> None:
    model: Any = _Opinionated([-4.0, 4.0, 3.0])

    ranked = CrossEncoderReranker(model, "cross_encoder:test").rerank("trains", passages()).passages

    assert [(p.chunk.position, round(p.score, 3)) for p in ranked] == [(1, 0.75), (0, 0.5), (2, 0.438)]


def test_a_cross_encoder_reads_title_and_headings_with_the_text() -> None:
    model: Any = _Opinionated([1.0])
    passage = replace(passages()[0], chunk=a_chunk(headings=("Money", "Cards")))

    CrossEncoderReranker(model, "cross_encoder:test").rerank("refunds", [passage])

    assert model.pairs == [("refunds", "Refunds\nMoney\nCards\nRefunds take five days.")]


@pytest.mark.parametrize(
    ("choice", "said"),
    [("cross_encoder", "name the cross-encoder"), ("cross_encoder:/no/such/folder", "cannot be loaded")],
)
@pytest.mark.full
def test_a_cross_encoder_that_cannot_be_is_said_at_once(choice: str, said: str) -> None:
    pytest.importorskip("sentence_transformers")

    with pytest.raises(SettingsError, match=said):
        plugins.build(RERANKERS, choice, Settings(reranker=choice), Reader(Path(), VOCABULARY, threads=1))
