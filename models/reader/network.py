"""The reader as torch trains it. `models/bert_graph.py` writes the same network for serving."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, BertConfig, BertModel
from transformers.masking_utils import eager_mask

SEPARATOR = 102
ATTENTION = "plain"  # the name of `plain_attention` in transformers' list
COSINE_AT_FIRST = 5.0  # the encoder was trained for this cosine, so ranking starts from what the dense leg knows
SMALL = 0.02  # standard deviation of fresh weights, as BERT's own


def plain_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **unused: object,
) -> tuple[Tensor, None]:
    """Attention whose tensors stay in the precision they come in, shape (texts, heads, tokens, width of a head).

    On a CPU in bf16 a step takes .6 of what it takes with SDPA, whose backward pass is slow.
    """
    scores = (query * (scaling or query.shape[-1] ** -0.5)) @ key.transpose(2, 3)
    if attention_mask is not None:
        scores = scores + attention_mask.to(scores.dtype)
    mixed = torch.softmax(scores, dim=-1) @ value
    return mixed.transpose(1, 2).contiguous(), None


AttentionInterface.register(ATTENTION, plain_attention)
AttentionMaskInterface.register(ATTENTION, eager_mask)


class Scored(nn.Module):
    """One number from a vector, by way of a hidden layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.out = nn.Linear(width, 1)

    def forward(self, vectors: Tensor) -> Tensor:
        scores: Tensor = self.out(nn.functional.gelu(self.dense(vectors)))
        return scores.squeeze(-1)


class Relevance(Scored):
    """Reads the pair as a whole; a multiple of the cosine of both halves comes on top."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.cosine = nn.Parameter(torch.tensor([COSINE_AT_FIRST]))


class ReaderNetwork(nn.Module):
    """Token ids to the logits of all heads.

    `forward(ids, mask)`: int64 (texts, tokens), 1 where a token is no padding. Returns `tokens` (texts, tokens, 3):
    start, end, unsupported; and `scores` (texts, 3): relevance, answerable, support.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0  # most rows are seen once
        config._attn_implementation = ATTENTION
        self.encoder = BertModel(config, add_pooling_layer=False)
        width = config.hidden_size
        self.tokens = nn.Linear(width, 3)
        self.relevance = Relevance(width)
        self.answerable = nn.Linear(width, 1)
        self.support = Scored(width)
        for head in (self.tokens, self.relevance, self.answerable, self.support):
            for part in head.modules():
                if isinstance(part, nn.Linear):
                    nn.init.normal_(part.weight, std=SMALL)
                    nn.init.zeros_(part.bias)

    @classmethod
    def from_embedding_model(cls, folder: Path) -> "ReaderNetwork":
        """Encoder of the embedding model at `folder` (config.json, model.safetensors), fresh heads."""
        network = cls(BertConfig.from_pretrained(folder))
        trained = BertModel.from_pretrained(folder, add_pooling_layer=False)
        network.encoder.load_state_dict(trained.state_dict())
        return network

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        separators = (ids == SEPARATOR).long()
        segments = ((separators.cumsum(1) - separators) > 0).long()
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=segments).last_hidden_state.float()
        first, kept = hidden[:, 0], mask.unsqueeze(-1).float()
        asked, told = kept * (1 - segments).unsqueeze(-1), kept * segments.unsqueeze(-1)
        cosine = nn.functional.cosine_similarity((hidden * asked).sum(1), (hidden * told).sum(1))
        mean = (hidden * kept).sum(1) / kept.sum(1)
        relevance = self.relevance(first + mean) + self.relevance.cosine * cosine
        scores = torch.stack([relevance, self.answerable(first).squeeze(-1), self.support(first)], dim=1)
        return self.tokens(hidden), scores

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """By the names that `models/bert_graph.py` reads."""
        return {
            name.removeprefix("encoder.") if name.startswith("encoder.embeddings") else name: tensor
            for name, tensor in _renamed(self.state_dict()).items()
        }


def _renamed(state: dict[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """`encoder.encoder.layer...` of the BERT inside this network is `encoder.layer...` to the world."""
    return {
        name.replace("encoder.encoder.", "encoder.", 1): tensor.float().numpy()
        for name, tensor in state.items()
        if tensor.is_floating_point()
    }
