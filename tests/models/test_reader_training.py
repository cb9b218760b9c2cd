"""The reader's training: rows, batches and the loop, on a network of two small layers and texts of our own."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("scipy")

import torch
from tokenizers import Tokenizer
from transformers import BertConfig

from models.reader.batches import CLAIM, CLS, QUESTION, SEP, ClaimBatches, RankBatches, ReadBatches, Table
from models.reader.negatives import WordPools, mixed, nearest_by_meaning
from models.reader.network import ReaderNetwork
from models.reader.preparing import Prepared, Texts, _array, _claims
from models.reader.rows import HELD_OUT, Claim, claims, is_held_out, pairs
from models.reader.training import Tables, Training, auroc, legal_places

pytestmark = pytest.mark.full

PASSAGE = "The canteen opens at seven. A badge costs 12 euros. Visitors park behind the mill."


def small() -> ReaderNetwork:
    torch.manual_seed(3)
    config = BertConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    return ReaderNetwork(config)


def test_the_first_of_a_group_is_the_right_passage_and_all_share_question_and_mark(work: Path) -> None:
    batch = RankBatches(Table(work / "rank.npz"), seed=1, groups=2, size=4)(0, 64)

    assert batch.ids.shape[0] == 8
    assert (batch.ids[:, 0] == CLS).all()
    assert (batch.ids[:, 1] == QUESTION).all()
    for group in batch.ids.reshape(2, 4, -1):
        questions = {tuple(row[: list(row).index(SEP)]) for row in group.tolist()}
        assert len(questions) == 1


def test_a_step_gives_the_same_rows_again_and_other_steps_give_others(work: Path) -> None:
    batches = ReadBatches(Table(work / "read.npz"), seed=1, size=4)

    assert (batches(3, 64).ids == batches(3, 64).ids).all()
    assert not np.array_equal(batches(3, 64).ids, batches(4, 64).ids)


def test_every_row_comes_once_before_any_comes_again(work: Path) -> None:
    table = Table(work / "claims.npz")
    lengths = table.lengths("sentence", "passage")

    rows = np.concatenate([table.order(5, step, 2, lengths) for step in range(32)])

    counts = np.bincount(rows, minlength=table.rows)
    assert counts.sum() == 64
    assert counts.max() - counts.min() <= 1


def test_held_out_rows_are_in_no_training_batch(work: Path) -> None:
    train, held_out = (Table(work / "claims.npz", held_out=apart) for apart in (False, True))

    texts = [{tuple(t.text(at)) for at in t.columns["sentence"]} for t in (train, held_out)]

    assert train.rows + held_out.rows == 30
    assert not texts[0] & texts[1]


@pytest.mark.parametrize("longest", [64, 24])
def test_the_marked_span_is_the_answer_also_where_the_passage_is_cut(
    work: Path, tokenizer: Tokenizer, longest: int
) -> None:
    batches = ReadBatches(Table(work / "read.npz"), seed=1, size=4)
    spans = set()
    for step in range(8):
        batch = batches(step, longest)
        for ids, first, last in zip(batch.ids, batch.labels["first"], batch.labels["last"], strict=True):
            if first:
                spans.add(tokenizer.decode(ids[first : last + 1].tolist()))

    assert spans == {"12 euros"}


def test_only_the_changed_tokens_of_a_claim_are_marked(work: Path, tokenizer: Tokenizer) -> None:
    batch = ClaimBatches(Table(work / "claims.npz"), seed=1, size=4)(0, 64)

    assert (batch.ids[:, 1] == CLAIM).all()
    for ids, changed in zip(batch.ids, batch.labels["changed"], strict=True):
        assert tokenizer.decode(ids[changed == 1].tolist()).isdigit()
        assert (changed[ids == SEP] == -1).all()


def a_table(folder: Path, tokenizer: Tokenizer, **of_source: list[Claim]) -> Table:
    """Claims by their source, each twice."""
    told = Prepared(Texts(tokenizer))
    for source, rows in of_source.items():
        _claims(told, source, rows, len(rows), random.Random(1), passes=2)
    ids, ends = told.texts.packed()
    columns: dict[str, Any] = {name: _array(column) for name, column in told.columns.items()}
    np.savez(folder / "claims.npz", ids=ids, ends=ends, **columns)
    return Table(folder / "claims.npz")


def test_a_passage_of_ours_may_have_another_beside_it_and_no_other_passage_has(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    ours = [
        Claim("written", "A gate is open.", f"The gate {at} is open.", 1.0, "", twin="It is shut.") for at in (1, 2)
    ]
    others = [Claim("begin", "A door is open.", f"The door {at} is open.", 1.0, "") for at in (1, 2)]
    batches = ClaimBatches(a_table(tmp_path, tokenizer, written=ours, begin=others), seed=1, size=4)

    seen = {tokenizer.decode(row) for step in range(8) for row in batches(step, 64).ids}

    assert {said.count("the door") for said in seen if "a door is" in said} == {1}
    assert {said.count("the gate") for said in seen if "a gate is" in said} == {1, 2}
    assert not any("door" in said and "gate" in said for said in seen)


def test_a_true_sentence_brings_its_false_twin_along(tokenizer: Tokenizer, tmp_path: Path) -> None:
    rows = [Claim("written", f"Gate {at} is open.", PASSAGE, 1.0, "", twin=f"Gate {at} is shut.") for at in range(40)]
    table = a_table(tmp_path, tokenizer, written=rows)

    batch = ClaimBatches(table, seed=1, size=3)(0, 64)

    said = [tokenizer.decode(row).partition(".")[0].split() for row in batch.ids]
    assert table.rows == 80
    assert [words[-1] for words in said] == ["open", "shut"] * 3
    assert [one[1] == other[1] for one, other in zip(said[::2], said[1::2], strict=True)] == [True] * 3
    assert batch.labels["supported"].tolist() == [1.0, 0.0] * 3
    assert batch.labels["twin"].tolist() == [0, 1] * 3


def test_an_answer_may_begin_only_in_the_passage_or_at_none() -> None:
    ids = torch.tensor([[101, 1, 7, 102, 8, 9, 102, 0]])

    legal = legal_places(ids, (ids > 0).long())

    assert legal.tolist() == [[True, False, False, False, True, True, False, False]]


def test_a_run_that_was_stopped_ends_where_an_unbroken_one_does(work: Path) -> None:
    def steps(folder: Path, until: int) -> dict[str, torch.Tensor]:
        folder.mkdir(exist_ok=True)
        training = Training(small(), folder, 1.0, "cpu", torch.float32)
        tables = Tables.load(work)
        while training._step < until:
            training._train(tables)
            training._step += 1
            training._seconds += 1.0
        training._save()
        averaged: dict[str, torch.Tensor] = torch.load(folder / "ema.pt", weights_only=True)
        return averaged

    unbroken = steps(work / "a", 6)
    steps(work / "b", 3)
    resumed = steps(work / "b", 6)

    for name, value in unbroken.items():
        assert torch.allclose(value.float(), resumed[name].float(), atol=1e-6), name


def test_what_is_learned_shows_on_rows_of_the_same_kind(work: Path) -> None:
    folder = work / "run"
    folder.mkdir()
    training = Training(small(), folder, 60.0, "cpu", torch.float32)
    for group in training._optimiser.param_groups:
        group["lr"] = 0.01
    training._rates = [0.01 for _ in training._rates]
    training._seconds = 200.0
    tables = Tables.load(work)

    losses = []
    for _ in range(30):
        losses.append(sum(training._train(tables).values()))
        training._step += 1

    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def test_no_group_of_a_held_out_source_is_trained_on_and_one_in_25_of_the_others_is_kept_back() -> None:
    groups = [f"group {at}" for at in range(5000)]

    assert all(is_held_out(source, "any") for source in HELD_OUT)
    assert 0.03 < np.mean([is_held_out("ms_docs", group) for group in groups]) < 0.05


def test_paragraphs_of_one_squad_article_are_kept_back_together() -> None:
    for at in range(200):
        kept = {is_held_out(source, f"Article {at}#p{p}") for source in ("squad", "squad2_adv") for p in range(3)}
        assert len(kept) == 1


def test_rows_are_read_as_the_training_folder_has_them(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    row = {"question": " When? ", "passage": "At ten.", "title": "A_b", "answers": ["ten"], "relevant": True}
    bent = {**row, "answers": [], "relevant": False, "pair_of": "When?", "pair_answers": ["ten"], "group": "g"}
    with gzip.open(tmp_path / "faq" / "pairs.jsonl.gz", "wt") as file:
        file.write(json.dumps(row) + "\n" + json.dumps(bent) + "\n")
    claim = {"sentence": "It is ten.", "passage": "At ten.", "label": "unclear", "kind": "k"}
    with gzip.open(tmp_path / "faq" / "support.jsonl.gz", "wt") as file:
        file.write(json.dumps(claim) + "\n")

    straight, crooked = pairs(tmp_path, "faq")
    (told,) = claims(tmp_path, "faq")

    assert (straight.question, straight.title, straight.answers, straight.twin) == ("When?", "A b", ("ten",), None)
    assert (crooked.answers, crooked.twin) == ((), ("When?", "ten"))
    assert told.supported == 0.4


def test_pools_have_the_nearest_first_and_none_that_may_answer_too() -> None:
    sea = ["The mill opens at ten.", "The mill is painted red.", "Trains leave at noon."]

    by_words = WordPools(sea).nearest(["When does the mill open?"], limit=3)
    by_meaning = nearest_by_meaning(np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [1.0, 0.0], [0.0, 1.0]]), limit=2)

    assert by_words[0][0] == 0
    assert by_meaning == [[1, 0]]
    assert mixed([1, 0], by_words[0], lambda at: at != 0) == [1]


def test_auroc_is_the_chance_that_a_true_one_stands_above() -> None:
    assert auroc(np.array([0.9, 0.8, 0.1, 0.7]), np.array([True, False, False, True])) == 0.75
