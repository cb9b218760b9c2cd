"""Logits to probabilities: one scale and one shift for each score, fitted on held-out rows (Platt 1999)."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from models.reader.network import ReaderNetwork
from models.reader.training import GROUP, Tables, forward

STEPS = 24  # batches of each kind that are looked at
LONGEST = 224
ROUNDS, RIDGE = 50, 1e-6  # of Newton's method; a little ridge keeps it steady where all is told apart

Platt = tuple[float, float]


def calibrated(network: ReaderNetwork, held_out: Tables, device: str, dtype: torch.dtype) -> Mapping[str, Platt]:
    """Scale and shift of relevance, answerable and support."""
    seen: dict[str, list[tuple[float, bool]]] = {"relevance": [], "answerable": [], "support": []}
    network.eval()
    with torch.no_grad():
        for step in range(STEPS):
            _, scores = forward(network, held_out.rank(step, LONGEST), device, dtype)
            right = [at % GROUP == 0 for at in range(len(scores))]
            seen["relevance"] += zip(scores[:, 0].tolist(), right, strict=True)
            batch = held_out.read(step, LONGEST)
            _, scores = forward(network, batch, device, dtype)
            seen["answerable"] += zip(scores[:, 1].tolist(), (batch.labels["first"] > 0).tolist(), strict=True)
            batch = held_out.claims(step, LONGEST)
            _, scores = forward(network, batch, device, dtype)
            seen["support"] += zip(scores[:, 2].tolist(), (batch.labels["supported"] > 0.5).tolist(), strict=True)
    return {name: platt(*map(np.array, zip(*rows, strict=True))) for name, rows in seen.items()}


def platt(logits: NDArray[np.float64], truth: NDArray[np.bool_]) -> Platt:
    """Scale and shift with the greatest likelihood."""
    inputs = np.stack([logits, np.ones_like(logits)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (chance - truth) / len(truth) + RIDGE * weights
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs / len(truth) + RIDGE * np.eye(2)
        weights = weights - np.linalg.solve(curve, slope)
    return float(weights[0]), float(weights[1])
