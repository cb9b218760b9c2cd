"""A scripted model on loopback: words in pieces, a stream that breaks off, one that never ends."""

from collections.abc import Iterator
from contextlib import closing
from itertools import repeat
from time import monotonic

import pytest

from app.errors import ServiceUnavailable
from app.language_models import LanguageModel, WritingRequest
from app.language_models import openai as openai_writer
from app.settings import Settings
from evals.model_server import PIECE, ModelServer, cut, model_server

pytestmark = pytest.mark.slow

REQUEST = WritingRequest("Answer from the passages.", "Refunds take five days.")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def model(server: ModelServer) -> LanguageModel:
    return openai_writer.build(Settings(openai_base_url=server.base_url, answer_seconds=5.0))


def test_what_the_script_says_of_rules_and_prompt_comes_in_pieces(server: ModelServer, model: LanguageModel) -> None:
    server.says = lambda request: [request.instructions, " ", request.prompt]

    pieces = [piece for piece in model.write(REQUEST) if piece]

    assert "".join(pieces) == f"{REQUEST.instructions} {REQUEST.prompt}"
    assert max(map(len, pieces)) == PIECE


def test_marks_come_in_halves() -> None:
    assert list(cut(["Days [1][2]. "], 7)) == ["Days [1", "][2]. "]


def test_a_script_that_fails_cuts_the_connection(server: ModelServer, model: LanguageModel) -> None:
    def breaking_off(request: WritingRequest) -> Iterator[str]:
        yield "Refunds take "
        raise ServiceUnavailable("in the middle")

    server.says = breaking_off

    with pytest.raises(ServiceUnavailable, match=r"no answer at|stopped in the middle"):
        list(model.write(REQUEST))


def test_a_script_without_end_ends_when_nobody_listens(server: ModelServer, model: LanguageModel) -> None:
    server.says = lambda request: repeat("On and on. ")

    with closing(model.write(REQUEST)) as pieces:
        assert any(pieces)

    server.says = lambda request: ["Five days."]
    assert "".join(model.write(REQUEST)) == "Five days."


def test_a_pace_is_kept_and_the_last_piece_has_its_time(server: ModelServer, model: LanguageModel) -> None:
    server.says, server.pieces_per_second = lambda request: ["x" * PIECE * 5], 50.0

    began = monotonic()
    list(model.write(REQUEST))

    assert 0.1 <= server.last_piece_at - began <= monotonic() - began
