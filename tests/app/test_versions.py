"""An index made one way is never searched or filled another way (P9)."""

from dataclasses import replace
from typing import Any

import pytest

from app.errors import VersionMismatch
from app.knowledge.versions import IndexRecipe, IndexVersion, refuse_mismatch
from tests.builders import a_recipe

FILES = "bring back the former files of hashing"
CHANGES: dict[str, tuple[Any, str]] = {
    "name": ("sentence_transformers:BAAI/bge-small-en-v1.5", "set FOOTNOTE_EMBEDDING_MODEL=hashing;"),
    "revision": ("2", FILES),
    "file_hash": ("f" * 64, FILES),
    "dimensions": (384, "set FOOTNOTE_EMBEDDING_DIMENSIONS=32;"),
    "query_prompt": ("query: ", FILES),
    "document_prompt": ("passage: ", FILES),
    "normalised": (False, FILES),
    "window": (512, FILES),
}


def test_the_same_recipe_is_welcome() -> None:
    live = IndexVersion(1, a_recipe(), live=True)

    refuse_mismatch(live, a_recipe())


@pytest.mark.parametrize("field", CHANGES)
def test_another_embedding_model_or_another_use_of_it_is_refused_by_name(field: str) -> None:
    live = IndexVersion(1, a_recipe(), live=True)
    value, way_back = CHANGES[field]
    other = replace(live.recipe.embedding, **{field: value})

    with pytest.raises(VersionMismatch) as refusal:
        refuse_mismatch(live, IndexRecipe(other, live.recipe.chunker))

    said = str(refusal.value)
    assert f": {field} " in said
    assert "footnote index migrate" in said
    assert way_back in said


def test_another_chunker_is_refused_by_name() -> None:
    live = IndexVersion(1, a_recipe(chunker="structure-1/200"), live=True)

    with pytest.raises(VersionMismatch, match="chunker 'structure-1/200', now 'structure-1/300'") as refusal:
        refuse_mismatch(live, a_recipe(chunker="structure-1/300"))

    assert "set FOOTNOTE_CHUNK_TOKENS=200;" in str(refusal.value)


def test_a_chunker_that_this_release_does_not_have_is_not_promised_by_a_setting() -> None:
    live = IndexVersion(1, a_recipe(chunker="structure-0/200"), live=True)

    with pytest.raises(VersionMismatch, match="use a release of Footnote that cuts as structure-0/200 does"):
        refuse_mismatch(live, a_recipe())


def test_everything_that_differs_is_named_at_once() -> None:
    live = IndexVersion(1, a_recipe(), live=True)
    other = replace(live.recipe.embedding, dimensions=384, window=512)

    with pytest.raises(VersionMismatch, match=r"dimensions 32, now 384; window 256, now 512; chunker"):
        refuse_mismatch(live, IndexRecipe(other, "other-1/100"))
