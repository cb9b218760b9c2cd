"""What was read once is not embedded again."""

from collections.abc import Sequence

import numpy as np

from app.answering.point_vectors import PointVectors
from app.knowledge.embedding_models import Vectors
from tests.builders import HashingModel


class CountingModel(HashingModel):
    """Notes which texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return super().embed_documents(texts)


def test_a_text_is_embedded_once_and_its_vector_stays_the_same() -> None:
    model = CountingModel()
    vectors = PointVectors(model)

    first = vectors.embed(["refund card", "late fee"])
    again = vectors.embed(["late fee", "refund card"])

    assert sorted(model.given) == ["late fee", "refund card"]
    assert np.array_equal(first, again[::-1])


def test_what_was_not_asked_for_the_longest_time_is_forgotten() -> None:
    model = CountingModel()
    vectors = PointVectors(model, most=2)

    for text in ("one", "two", "one", "three", "one", "two"):
        vectors.embed([text])

    assert model.given == ["one", "two", "three", "two"]


def test_more_texts_at_once_than_are_remembered_are_all_embedded() -> None:
    assert PointVectors(HashingModel(), most=1).embed(["one", "two", "one"]).shape[0] == 3
