"""all-MiniLM-L6-v2 as it comes with the desk: no torch, no key, no network. Files and figures: models/embedding.

The tokenizer loads with the first text and the network with the first vector, so a run that embeds nothing waits for
neither.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from app import plugins
from app.bundled_models import Batch, Network, checked_bytes
from app.errors import ModelUnavailable, SettingsError
from app.knowledge.embedding_models import EmbeddingIdentity, Vectors, well_formed
from app.settings import Settings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING, FIRST, LAST = 0, 101, 102  # [PAD], [CLS] and [SEP] in the vocabulary of tokenizer.json
LENGTH_STEP = 16  # lengths are padded to a multiple: few shapes, each prepared once by OpenVINO
BATCH_TOKENS = 1536  # eight texts of 192 tokens: larger batches leave the CPU's cache
SORTED_TOGETHER = 512  # texts tokenised at once; more would hold many megabytes of tokens for no gain


class BundledEmbeddingModel:
    """Same vectors on every CPU up to its arithmetic: cosine to the original model above .99.

    Args:
        folder: has model.json, and the files whose hashes stand in it.
        threads: of the CPU, for one network.

    Raises:
        ModelUnavailable: a file is missing or damaged; raised when it is first needed.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._loading = Lock()
        self._card = _read_card(folder)
        self.identity = EmbeddingIdentity(
            name=f"bundled:{self._card['name']}",
            revision=self._card["revision"],
            file_hash=self._card["sha256"]["model.onnx"],
            dimensions=self._card["dimensions"],
            query_prompt=self._card["query_prompt"],
            document_prompt=self._card["document_prompt"],
            normalised=True,
            window=self._card["window"],
        )

    @property
    def runtime(self) -> str:
        """For `footnote doctor`: `OpenVINO 2026.4.1, bf16 and int8, 2 threads`. Loads the network."""
        return self._network.runtime

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.identity.dimensions), dtype=np.float32)
        for start in range(0, len(texts), SORTED_TOGETHER):
            rows = slice(start, start + SORTED_TOGETHER)
            vectors[rows] = self._embed([self.identity.document_prompt + text for text in texts[rows]])
        return vectors

    def embed_query(self, query: str) -> Vectors:
        vector: Vectors = self._embed([self.identity.query_prompt + query])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(tokens) for tokens in self._tokens(texts)]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        longest = self.identity.window - 2
        tokens = [[FIRST, *tokens[:longest], LAST] for tokens in self._tokens(texts)]
        vectors = np.empty((len(texts), self.identity.dimensions), dtype=np.float32)
        together = list(batches([len(row) for row in tokens]))
        found = self._network.run(_padded([tokens[row] for row in rows]) for rows in together)
        for rows, result in zip(together, found, strict=True):
            vectors[rows] = result["embedding"]
        return vectors

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        found = self._tokenizer.encode_batch_fast([well_formed(text) for text in texts], add_special_tokens=False)
        return [encoding.ids for encoding in found]

    @property
    def _tokenizer(self) -> "Tokenizer":
        with self._loading:
            return self._loaded_tokenizer

    @property
    def _network(self) -> Network:
        with self._loading:
            return self._loaded_network

    @cached_property
    def _loaded_tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return Tokenizer.from_buffer(self._file("tokenizer.json"))

    @cached_property
    def _loaded_network(self) -> Network:
        return Network(self._file("model.onnx"), ["embedding"], self._threads)

    def _file(self, name: str) -> bytes:
        return checked_bytes(self._folder / name, self._card["sha256"][name])


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of about equal length together, the longest first; each batch has at most BATCH_TOKENS with padding."""
    longest_first = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    start = 0
    while start < len(longest_first):
        size = max(1, BATCH_TOKENS // _stepped(lengths[longest_first[start]]))
        yield longest_first[start : start + size]
        start += size


def _stepped(length: int) -> int:
    return -(-length // LENGTH_STEP) * LENGTH_STEP


def _padded(tokens: Sequence[Sequence[int]]) -> Batch:
    """Ids and mask, shape (texts, longest rounded up to LENGTH_STEP)."""
    ids = np.full((len(tokens), _stepped(max(map(len, tokens)))), PADDING, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, found in enumerate(tokens):
        ids[row, : len(found)] = found
        mask[row, : len(found)] = 1
    return ids, mask


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ModelUnavailable(f"{folder / 'model.json'} cannot be read; install Footnote again") from problem
    return card


def build(settings: Settings) -> BundledEmbeddingModel:
    model = BundledEmbeddingModel(Path(str(files("models") / "embedding")), settings.threads)
    wanted = plugins.model_of(settings.embedding_model)
    if wanted not in ("", model.identity.name.partition(":")[2]):
        raise SettingsError(f"{wanted!r} does not come with the desk; any model runs as sentence_transformers:{wanted}")
    if settings.embedding_dimensions not in (0, model.identity.dimensions):
        raise SettingsError(f"the bundled model has {model.identity.dimensions} dimensions; unset embedding_dimensions")
    return model
