"""What the chunks of a workbench look like, and what its index takes on disk. Reckoned once, kept beside it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from evals.percentiles import percentile
from evals.workbench import Workbench

_KEPT = "chunks.json"
_SHARES = (5, 50, 95)


@dataclass(frozen=True)
class ChunkFigures:
    """Tokens as the embedding model counts them. Percentiles are keyed `p5`, `p50`, `p95`."""

    chunks: int
    documents: int  # that have a chunk
    tokens: Mapping[str, float]  # per chunk
    per_document: Mapping[str, float]  # chunks
    disk_bytes: Mapping[str, int]  # catalog (text and vectors) and words


def chunk_figures(bench: Workbench) -> ChunkFigures:
    kept = bench.folder / _KEPT
    if kept.exists():
        return ChunkFigures(**json.loads(kept.read_text(encoding="utf-8")))
    chunks = bench.chunks()
    tokens = bench.parts.embedding_model.count_tokens([chunk.text for chunk in chunks])
    per_document = Counter(chunk.article_id for chunk in chunks)
    figures = ChunkFigures(
        len(chunks),
        len(per_document),
        _percentiles(tokens),
        _percentiles(list(per_document.values())),
        bench.disk_bytes(),
    )
    kept.write_text(json.dumps(asdict(figures)), encoding="utf-8")
    return figures


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": round(percentile(values, share / 100), 1) for share in _SHARES}
