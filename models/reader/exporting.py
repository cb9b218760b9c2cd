"""Write the trained reader as the files that the desk runs: one graph with int8 weights, and its card.

What goes in: `[CLS] [unused0] question [SEP] passage [SEP]`, or `[unused1]` and a sentence in place of the question.
What comes out: `tokens` (texts, tokens, 3), the logits of start, end and "the passage does not say this"; `scores`
(texts, 3), the logits of relevance, answerable and support. Nothing here knows torch.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.bert_graph import BertGraph, BertShape, Floats

LARGEST = 25_000_000  # bytes: what a repository can carry, and what each retraining costs its history
SEPARATOR = 102  # [SEP]
LAYER_NORM_EPS = 1e-12  # as the encoder was trained
UNCALIBRATED: Mapping[str, tuple[float, float]] = dict.fromkeys(("relevance", "answerable", "support"), (1.0, 0.0))


def export(
    weights: Mapping[str, Floats],
    card: Mapping[str, Any],
    folder: Path,
    *,
    heads: int = 12,
    layers: int = 6,
    window: int = 288,
) -> Path:
    """Write model.onnx and model.json into `folder`; the card comes last and names the hash of what it belongs to.

    Args:
        weights: float32, named as in the state dict of `models.reader.network`.
        card: goes into model.json as it is: name, trained_on, figures, `calibration` (scale and shift of each score).
        window: tokens; positions beyond it are left out of the file.

    Raises:
        ValueError: the file would be larger than a repository should carry.
    """
    content = graph_bytes(weights, heads=heads, layers=layers, window=window)
    if len(content) > LARGEST:
        raise ValueError(f"model.onnx would have {len(content):,} bytes; at most {LARGEST:,} are shipped")
    tokenizer = (files("models") / "embedding" / "tokenizer.json").read_bytes()
    written: dict[str, Any] = {"name": "footnote-reader", "calibration": dict(UNCALIBRATED), **card}
    written["window"] = window
    written["sha256"] = {"model.onnx": sha256(content).hexdigest(), "tokenizer.json": sha256(tokenizer).hexdigest()}
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / "model.onnx", content)
    _replace(folder / "model.json", (json.dumps(written, indent=2) + "\n").encode())
    return folder / "model.onnx"


def graph_bytes(weights: Mapping[str, Floats], *, heads: int, layers: int, window: int) -> bytes:
    """The ONNX file; the same weights give the same bytes."""
    graph = BertGraph(weights, BertShape(heads, layers, window, LAYER_NORM_EPS, SEPARATOR))
    hidden = graph.encoder()
    model = graph.model(
        {
            "tokens": (graph.small_linear("tokens", hidden), ["texts", "tokens", 3]),
            "scores": (_scores(graph, hidden), ["texts", 3]),
        }
    )
    return bytes(model.SerializeToString(deterministic=True))


def _scores(graph: BertGraph, hidden: str) -> str:
    first = graph.add("Squeeze", graph.add("Slice", hidden, graph.axes(0), graph.axes(1), graph.axes(1)), graph.axes(1))
    answerable = graph.small_linear("answerable", first)
    support = graph.small_linear("support.out", graph.add("Gelu", graph.linear("support.dense", first)))
    return graph.add("Concat", _relevance(graph, hidden, first), answerable, support, axis=-1)


def _relevance(graph: BertGraph, hidden: str, first: str) -> str:
    """What the first token and the mean tell together, and a learned share of the cosine of both texts."""
    means = graph.means(hidden)

    def mean(row: int) -> str:
        cut = graph.add("Slice", means, graph.axes(row), graph.axes(row + 1), graph.axes(1))
        return graph.add("Squeeze", cut, graph.axes(1))

    told = graph.add("Gelu", graph.linear("relevance.dense", graph.add("Add", first, mean(0))))
    question, passage = (graph.add("LpNormalization", mean(row), axis=-1, p=2) for row in (1, 2))
    cosine = graph.add("ReduceSum", graph.add("Mul", question, passage), graph.axes(-1), keepdims=1)
    share = graph.constant("relevance.cosine", graph.weights["relevance.cosine"])
    return graph.add("Add", graph.small_linear("relevance.out", told), graph.add("Mul", cosine, share))


def _replace(path: Path, content: bytes) -> None:
    """In one step: whoever reads it has the old file or the new one."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
