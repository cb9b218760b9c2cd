"""From a trained run to files that the desk opens: weights, calibration, hashes and card fit together."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import torch
from transformers import BertConfig

from app.answering.reader import Readable, Reader
from models.reader.calibrating import calibrated
from models.reader.exporting import graph_bytes
from models.reader.finishing import finish
from models.reader.network import ReaderNetwork
from models.reader.training import Tables
from tests.tiny_reader import HEADS, LAYERS, WIDE, WIDTH, WINDOW, tiny_weights

pytestmark = pytest.mark.full

VOCABULARY = Path("models/embedding/tokenizer.json")
SHAPE: dict[str, Any] = {
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": WIDE,
}
LOOKS = [{"step": 1, "answerable": 0.5}, {"step": 2, "answerable": 0.7}]


@pytest.fixture
def run(work: Path) -> Path:
    """What a run leaves: its tables, with right and wrong among the held-out rows, its weights and its log."""
    rewrite(work / "read.npz", held_out=lambda rows: np.arange(rows) % 3 == 0)
    rewrite(work / "claims.npz", supported=lambda rows: (np.arange(rows) // 4 % 2).astype(np.float32))
    torch.save(a_network().state_dict(), work / "ema.pt")
    (work / "log.jsonl").write_text("".join(f"{json.dumps(look)}\n" for look in LOOKS), encoding="utf-8")
    return work


def rewrite(table: Path, **columns: Any) -> None:
    with np.load(table) as file:
        kept = dict(file)
    rows = len(kept["held_out"])
    np.savez(table, **kept | {name: made(rows) for name, made in columns.items()})


def a_network() -> ReaderNetwork:
    network = ReaderNetwork(BertConfig(**SHAPE))
    named = {
        f"encoder.{name}" if name.startswith(("embeddings.", "encoder.")) else name: torch.from_numpy(weight)
        for name, weight in tiny_weights().items()
    }
    network.load_state_dict(named, strict=False)
    return network


def test_a_finished_run_is_a_folder_whose_parts_fit_together(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "finished"

    model = finish(run, target, {"name": "tiny", "trained_on": ["the canteen"]}, BertConfig(**SHAPE))

    card = json.loads((target / "model.json").read_text(encoding="utf-8"))
    fitted = calibrated(a_network(), Tables.load(run, held_out=True), "cpu", torch.float32)
    assert model.read_bytes() == graph_bytes(tiny_weights(), heads=HEADS, layers=LAYERS, window=WINDOW)
    assert card["sha256"] == {
        "model.onnx": sha256(model.read_bytes()).hexdigest(),
        "tokenizer.json": sha256(VOCABULARY.read_bytes()).hexdigest(),
    }
    for score, platt in fitted.items():
        assert card["calibration"][score] == pytest.approx(platt, abs=1e-4)
    assert (card["name"], card["trained_on"], card["held_out"]) == ("tiny", ["the canteen"], LOOKS[-1])


def test_the_desk_opens_a_finished_run_and_reads_with_its_calibration(run: Path, tmp_path: Path) -> None:
    finish(run, tmp_path / "finished", {"name": "tiny"}, BertConfig(**SHAPE))

    reader = Reader(tmp_path / "finished", VOCABULARY, threads=1)
    (support,) = reader.supports([("A badge costs 12 euros.", "The canteen opens at seven. A badge costs 12 euros.")])
    (reading,) = reader.read("What costs a badge?", [Readable("Site", "A badge costs 12 euros.")])

    scale, shift = json.loads((tmp_path / "finished" / "model.json").read_text("utf-8"))["calibration"]["support"]
    assert reader.name == "tiny"
    assert support == pytest.approx(scale * raw_support(reader) + shift, abs=0.1 * abs(scale))
    assert 0 <= reading.answerable <= 1


def raw_support(reader: Reader) -> float:
    """Of that sentence and passage, by the network as it was trained."""
    sentence, passage = (
        reader._encoded([text])[0].ids
        for text in ("A badge costs 12 euros.", "The canteen opens at seven. A badge costs 12 euros.")
    )
    ids = torch.tensor([[101, 2, *sentence, 102, *passage, 102]])
    with torch.no_grad():
        _, scores = a_network().train(False)(ids, torch.ones_like(ids))
    return float(scores[0, 2])
