"""Which embedding model and which chunker made an index. Vectors of two recipes are never mixed."""

from dataclasses import asdict, dataclass
from typing import Any

from app.errors import VersionMismatch
from app.knowledge.embedding_models import EmbeddingIdentity

# How `ingestion.chunking` cuts; with the limit it is the chunker's part of a recipe. Other cuts, other name.
CHUNKER = "structure-1"

_SETTING_OF = {"name": "FOOTNOTE_EMBEDDING_MODEL", "chunker": "FOOTNOTE_CHUNK_TOKENS"}


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


def refuse_mismatch(live: IndexVersion, recipe: IndexRecipe) -> None:
    """Raise VersionMismatch, naming each field that differs and what to do, unless `recipe` made the live index."""
    made_with, asked_for = fields_of(live.recipe), fields_of(recipe)
    differing = [name for name in made_with if made_with[name] != asked_for[name]]
    if not differing:
        return
    said = "; ".join(f"{name} {_short(made_with[name])}, now {_short(asked_for[name])}" for name in differing)
    settings = " and ".join(dict.fromkeys(_SETTING_OF.get(name, _SETTING_OF["name"]) for name in differing))
    raise VersionMismatch(
        f"the index (version {live.id}) was made with another recipe: {said}. Run `footnote index migrate "
        f"--embedding-model {recipe.embedding.name}` to build a new one beside it, or set {settings} back"
    )


def _short(value: object) -> str:
    """Hashes and prompts cut to what a person compares."""
    shown = repr(value)
    return shown if len(shown) <= 42 else f"{shown[:39]}...{shown[0]}"
