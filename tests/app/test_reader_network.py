"""The reader's graph against the same weights in torch. Needs the extra `models`."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tiny_reader import HEADS, LAYERS, WIDE, WIDTH, tiny_weights

pytestmark = pytest.mark.full

VOCABULARY, WINDOW = 200, 40
SHAPE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": WIDE,
}
QUESTION, CLAIM, FIRST, LAST = 1, 2, 101, 102

Ids = NDArray[np.int64]


@pytest.fixture(scope="module")
def graph() -> bytes:
    from models.reader.exporting import graph_bytes

    return graph_bytes(tiny_weights(words=VOCABULARY), heads=HEADS, layers=LAYERS, window=WINDOW)


def test_the_graph_says_what_the_same_weights_say_in_torch(graph: bytes) -> None:
    texts = [
        [FIRST, QUESTION, 7, 8, 9, LAST, 20, 21, 22, 23, 24, LAST],
        [FIRST, CLAIM, 11, LAST, 30, LAST],
        [FIRST, QUESTION, 40, 41, 42, 43, LAST, LAST],
    ]
    ids, mask = padded(texts, to=16)

    tokens, scores = by_openvino(graph, ids, mask)
    expected_tokens, expected_scores = by_torch(ids, mask)

    for row, text in enumerate(texts):
        np.testing.assert_allclose(tokens[row, : len(text)], expected_tokens[row, : len(text)], atol=2e-4)
    np.testing.assert_allclose(scores, expected_scores, atol=2e-4)


def test_the_network_that_is_trained_says_the_same(graph: bytes) -> None:
    import torch
    from transformers import BertConfig

    from models.reader.network import ReaderNetwork

    network = ReaderNetwork(BertConfig(**SHAPE)).train(False)
    named = {
        f"encoder.{name}" if name.startswith(("embeddings.", "encoder.")) else name: torch.from_numpy(weight)
        for name, weight in tiny_weights(words=VOCABULARY).items()
    }
    network.load_state_dict(named, strict=False)
    ids, mask = padded([[FIRST, QUESTION, 7, 8, LAST, 20, 21, 22, LAST], [FIRST, CLAIM, 9, LAST, LAST]], to=12)

    tokens, scores = by_openvino(graph, ids, mask)

    with torch.no_grad():
        expected_tokens, expected_scores = network(torch.from_numpy(ids), torch.from_numpy(mask))
    np.testing.assert_allclose(tokens[0, :9], expected_tokens[0, :9].numpy(), atol=2e-4)
    np.testing.assert_allclose(scores, expected_scores.numpy(), atol=2e-4)
    assert network.weights().keys() >= tiny_weights(words=VOCABULARY).keys()


def test_padding_changes_nothing(graph: bytes) -> None:
    text = [FIRST, QUESTION, 7, 8, 9, LAST, 20, 21, LAST]

    narrow, wide = by_openvino(graph, *padded([text], to=9)), by_openvino(graph, *padded([text], to=WINDOW))

    np.testing.assert_allclose(narrow[1], wide[1], atol=2e-5)
    np.testing.assert_allclose(narrow[0][0], wide[0][0, :9], atol=2e-5)


def test_only_the_first_separator_ends_the_question(graph: bytes) -> None:
    with_two = [[FIRST, QUESTION, 7, LAST, 20, LAST, 21, LAST]]

    said, expected = by_openvino(graph, *padded(with_two, to=8)), by_torch(*padded(with_two, to=8))

    np.testing.assert_allclose(said[1], expected[1], atol=2e-4)


def test_the_same_weights_give_the_same_files(tmp_path: Path) -> None:
    from models.reader.exporting import export

    weights, card = tiny_weights(words=VOCABULARY), {"name": "tiny", "trained_on": ["nothing"]}
    for folder in ("one", "two"):
        export(weights, card, tmp_path / folder, heads=HEADS, layers=LAYERS, window=WINDOW)

    one, two = ({file.name: file.read_bytes() for file in (tmp_path / folder).iterdir()} for folder in ("one", "two"))

    written = json.loads(one["model.json"])
    assert one == two
    assert written["sha256"]["model.onnx"] == sha256(one["model.onnx"]).hexdigest()
    assert (written["name"], written["window"], written["trained_on"]) == ("tiny", WINDOW, ["nothing"])
    assert written["calibration"]["relevance"] == [1.0, 0.0]


def test_a_file_too_large_for_a_repository_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.reader import exporting

    monkeypatch.setattr(exporting, "LARGEST", 1000)

    with pytest.raises(ValueError, match="at most 1,000 are shipped"):
        exporting.export(tiny_weights(words=VOCABULARY), {}, tmp_path, heads=HEADS, layers=LAYERS, window=WINDOW)

    assert list(tmp_path.iterdir()) == []


def padded(texts: list[list[int]], to: int) -> tuple[Ids, Ids]:
    ids = np.array([text + [0] * (to - len(text)) for text in texts])
    return ids, np.array([[1] * len(text) + [0] * (to - len(text)) for text in texts])


def by_openvino(graph: bytes, ids: Ids, mask: Ids) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    import openvino

    core = openvino.Core()
    exactly = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0}
    compiled = core.compile_model(core.read_model(graph), "CPU", exactly)
    found = compiled({"input_ids": ids, "attention_mask": mask})
    return found["tokens"], found["scores"]


def by_torch(ids: Ids, mask: Ids) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Written as the contract words it, on the encoder of transformers."""
    import torch
    from torch.nn.functional import cosine_similarity, gelu, linear
    from transformers import BertConfig, BertModel

    weights = {name: torch.from_numpy(weight) for name, weight in tiny_weights(words=VOCABULARY).items()}
    encoder = BertModel(BertConfig(**SHAPE), add_pooling_layer=False).train(False)
    wanted = set(encoder.state_dict())
    encoder.load_state_dict({name: weight for name, weight in weights.items() if name in wanted})

    def head(name: str, hidden: torch.Tensor) -> torch.Tensor:
        return linear(hidden, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def mean(hidden: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        return (hidden * share[..., None]).sum(1) / share.sum(1, keepdim=True)

    with torch.no_grad():
        given, kept = torch.from_numpy(ids), torch.from_numpy(mask)
        ends = (given == LAST).long()
        segments = ((ends.cumsum(1) - ends) > 0).long()
        hidden = encoder(input_ids=given, attention_mask=kept, token_type_ids=segments).last_hidden_state
        first, both = hidden[:, 0], kept.float()
        cosine = cosine_similarity(mean(hidden, both * (1 - segments)), mean(hidden, both * segments))
        relevance = head("relevance.out", gelu(head("relevance.dense", first + mean(hidden, both))))
        relevance = relevance + weights["relevance.cosine"] * cosine[:, None]
        support = head("support.out", gelu(head("support.dense", first)))
        scores = torch.cat([relevance, head("answerable", first), support], dim=1)
        tokens: Any = head("tokens", hidden)
        return tokens.numpy(), scores.numpy()
