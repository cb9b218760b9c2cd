"""Which embedding model and which chunker made an index. Vectors of two recipes are never mixed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.errors import VersionMismatch
from app.knowledge.embedding_models import EmbeddingIdentity

# How `ingestion.chunking` cuts; with the limit it is the chunker's part of a recipe. Other cuts, other name.
CHUNKER = "structure-1"


@dataclass(frozen=True)
class IndexRecipe:
    """All that decides which chunks and which vectors an article becomes."""

    embedding: EmbeddingIdentity
    chunker: str  # fingerprint of the chunker and its limit, such as "structure-1/200"


@dataclass(frozen=True)
class IndexVersion:
    """One complete index, made with one recipe. Exactly one is live; another may be under construction beside it."""

    id: int
    recipe: IndexRecipe
    live: bool


def fields_of(recipe: IndexRecipe) -> dict[str, Any]:
    """The recipe as one flat mapping: the embedding identity's fields and `chunker`."""
    return {**asdict(recipe.embedding), "chunker": recipe.chunker}


def chunker_of(chunk_tokens: int) -> str:
    """The chunker's part of a recipe, as this release cuts."""
    return f"{CHUNKER}/{chunk_tokens}"


def chunk_tokens_of(recipe: IndexRecipe) -> int:
    """The limit that an index was cut with."""
    return int(recipe.chunker.rpartition("/")[2])


def settings_for(recipe: IndexRecipe) -> dict[str, Any]:
    """The settings that ask for this recipe. `embedding_dimensions` is not among them: most models have one length."""
    return {"embedding_model": recipe.embedding.name, "chunk_tokens": chunk_tokens_of(recipe)}


def refuse_mismatch(version: IndexVersion, recipe: IndexRecipe) -> None:
    """Raise VersionMismatch, naming each field that differs and what to set, unless `recipe` made the index."""
    made_with, asked_for = fields_of(version.recipe), fields_of(recipe)
    differing = [name for name in made_with if made_with[name] != asked_for[name]]
    if not differing:
        return
    said = "; ".join(f"{name} {_short(made_with[name])}, now {_short(asked_for[name])}" for name in differing)
    raise VersionMismatch(
        f"the index (version {version.id}) was made with another recipe: {said}. To use it, "
        f"{_way_back(version.recipe, differing)}; to have a new one built beside it, run "
        f"`footnote index migrate --embedding-model {recipe.embedding.name}`"
    )


def _way_back(made_with: IndexRecipe, differing: Sequence[str]) -> str:
    """What to set, or to bring back, so that the index is asked for again."""
    embedding, ways = made_with.embedding, []
    if "name" in differing:
        ways.append(f"FOOTNOTE_EMBEDDING_MODEL={embedding.name}")
    elif "dimensions" in differing:
        ways.append(f"FOOTNOTE_EMBEDDING_DIMENSIONS={embedding.dimensions}")
    if made_with.chunker.startswith(f"{CHUNKER}/") and "chunker" in differing:
        ways.append(f"FOOTNOTE_CHUNK_TOKENS={chunk_tokens_of(made_with)}")
    if ways:
        return f"set {' and '.join(ways)}"
    if "chunker" in differing:
        return f"use a release of Footnote that cuts as {made_with.chunker} does"
    return f"bring back the former files of {embedding.name}"


def _short(value: object) -> str:
    """Hashes and prompts cut to what a person compares."""
    shown = repr(value)
    return shown if len(shown) <= 42 else f"{shown[:39]}...{shown[0]}"
