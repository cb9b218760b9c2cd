"""A reader of 32 dimensions with random weights over the bundled vocabulary, exported as the trained one is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WIDTH, WIDE, HEADS, LAYERS, WORDS, WINDOW = 32, 64, 2, 2, 30_522, 288


def tiny_weights(seed: int = 1, words: int = WORDS) -> dict[str, Floats]:
    """Named as the trained one's; matrices lie on the grid that int8 has for them, so nothing is lost by the file."""
    draw = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings": (words, WIDTH),
        **{f"encoder.layer.{n}.{part}": shape for n in range(LAYERS) for part, shape in _LAYER.items()},
        "tokens": (3, WIDTH),
        "relevance.dense": (WIDTH, WIDTH),
        "relevance.out": (1, WIDTH),
        "answerable": (1, WIDTH),
        "support.dense": (WIDTH, WIDTH),
        "support.out": (1, WIDTH),
    }
    weights = {f"{name}.weight": _on_the_grid(draw.normal(0, 0.3, shape)) for name, shape in shapes.items()}
    weights |= {f"{name}.bias": draw.normal(0, 0.1, shape[0]) for name, shape in shapes.items()}
    del weights["embeddings.word_embeddings.bias"]
    for norm in (
        "embeddings",
        *(f"encoder.layer.{n}{part}" for n in range(LAYERS) for part in (".attention.output", ".output")),
    ):
        weights[f"{norm}.LayerNorm.weight"] = draw.normal(1, 0.1, WIDTH)
        weights[f"{norm}.LayerNorm.bias"] = draw.normal(0, 0.1, WIDTH)
    weights["embeddings.position_embeddings.weight"] = draw.normal(0, 0.3, (512, WIDTH))
    weights["embeddings.token_type_embeddings.weight"] = draw.normal(0, 0.3, (2, WIDTH))
    weights["relevance.cosine"] = np.array([5.0])
    return {name: weight.astype(np.float32) for name, weight in weights.items()}


def save_tiny_reader(folder: Path, card: Mapping[str, Any] | None = None, seed: int = 1) -> Path:
    """Needs the extra `models`, for the file format."""
    from models.reader.exporting import export

    export(tiny_weights(seed), {"name": "tiny", **(card or {})}, folder, heads=HEADS, layers=LAYERS, window=WINDOW)
    return folder


_LAYER = {
    **{f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")},
    "attention.output.dense": (WIDTH, WIDTH),
    "intermediate.dense": (WIDE, WIDTH),
    "output.dense": (WIDTH, WIDE),
}


def _on_the_grid(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    rounded: NDArray[np.float64] = np.rint(matrix / step) * step
    return rounded
