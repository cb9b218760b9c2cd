"""Any model that sentence-transformers opens, by local path or name: `sentence_transformers:BAAI/bge-small-en-v1.5`.

Prompts, window and pooling are the model's own; code that comes with a model is never run. Needs the extra `models`.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from app.errors import ModelUnavailable, SettingsError
from app.knowledge.embedding_models import EmbeddingIdentity, Vectors, well_formed
from app.plugins import model_of
from app.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DOCUMENT_PROMPTS = ("document", "passage", "corpus")  # in the order in which encode_document looks for them
BOUNDLESS = 8192  # a window for models of word vectors, which have none; the desk's longest chunk


class SentenceTransformersEmbeddingModel:
    """Loaded with the first vector, count or look at the identity; one thread at a time uses it.

    Args:
        name: a folder, or a model's name on the hub (a downloaded one needs no network).
        threads: of the CPU.
        dimensions: where to cut vectors of a model that was trained for it; 0 keeps them whole.

    Raises:
        ModelUnavailable: from every method, when the extra is not installed or the model cannot be had.
    """

    def __init__(self, name: str, threads: int, dimensions: int = 0) -> None:
        self._name = name
        self._threads = threads
        self._dimensions = dimensions
        self._one_at_a_time = RLock()  # its tokenizer is changed by each call

    @cached_property
    def identity(self) -> EmbeddingIdentity:
        with self._one_at_a_time:
            model, snapshot = self._model, self._snapshot
            default = model.prompts.get(model.default_prompt_name or "", "")
            document = next((model.prompts[name] for name in DOCUMENT_PROMPTS if name in model.prompts), default)
            return EmbeddingIdentity(
                name=f"sentence_transformers:{self._name}",
                revision="" if Path(self._name).is_dir() else snapshot.name,
                file_hash=_weights_hash(snapshot),
                dimensions=int(model.get_embedding_dimension() or 0),
                query_prompt=model.prompts.get("query", default) or "",
                document_prompt=document or "",
                normalised=True,
                window=model.max_seq_length or BOUNDLESS,
            )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.identity.dimensions), dtype=np.float32)
        sendable = [well_formed(text) for text in texts]
        with self._one_at_a_time:
            found = self._model.encode_document(sendable, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    def embed_query(self, query: str) -> Vectors:
        with self._one_at_a_time:
            found = self._model.encode_query(well_formed(query), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        sendable = [well_formed(text) for text in texts]
        with self._one_at_a_time:
            found = self._model.tokenizer(
                sendable, add_special_tokens=False, truncation=False, padding=False, verbose=False
            )
        return [len(ids) for ids in found["input_ids"]]

    @cached_property
    def _model(self) -> "SentenceTransformer":
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except ImportError as problem:
            raise ModelUnavailable(
                f"{self._name} needs sentence-transformers; pip install 'footnote[models]'"
            ) from problem
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # of weights read from disk; a download keeps its own
        torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(self._name, trust_remote_code=False, truncate_dim=self._dimensions or None)
        except (OSError, ValueError) as problem:
            raise ModelUnavailable(
                f"the model {self._name!r} cannot be opened: {' '.join(str(problem).split())[:200]}; "
                "name a folder that has it, or one that the hub has"
            ) from problem

    @property
    def _snapshot(self) -> Path:
        """The folder that the weights were read from; the hub's is named after the commit."""
        if Path(self._name).is_dir():
            return Path(self._name)
        from huggingface_hub import snapshot_download

        name = self._name if "/" in self._name else f"sentence-transformers/{self._name}"
        return Path(snapshot_download(name, local_files_only=True))


def _weights_hash(folder: Path) -> str:
    """One SHA-256 over the names and contents of all weight files, of the format that was loaded."""
    weights = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("*.bin"))
    total = sha256()
    for path in weights:
        with path.open("rb") as opened:
            total.update(
                f"{path.relative_to(folder).as_posix()} {file_digest(opened, 'sha256').hexdigest()}\n".encode()
            )
    return total.hexdigest()


def build(settings: Settings) -> SentenceTransformersEmbeddingModel:
    name = model_of(settings.embedding_model)
    if not name:
        raise SettingsError("which model? name one, as in sentence_transformers:BAAI/bge-small-en-v1.5")
    return SentenceTransformersEmbeddingModel(name, settings.threads, settings.embedding_dimensions)
