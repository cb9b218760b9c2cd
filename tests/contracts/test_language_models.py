"""What every writer keeps, whoever made it; and what the two that speak to servers do when these misbehave."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from app import plugins
from app.errors import ServiceUnavailable, SettingsError
from app.language_models import LanguageModel, Quotable, WritingRequest
from app.language_models import openai as openai_writer
from app.settings import ModelSettings, Settings
from tests.chat_server import ChatServer, Manner, chat_server

pytestmark = pytest.mark.slow

MODELS = "app.language_models"
LANGCHAIN = "langchain:langchain_openai:ChatOpenAI:test"
REQUEST = WritingRequest(
    "Answer only from the passages.",
    "[1] Refunds take five days.\n\nHow long do refunds take?",
    (Quotable("Refunds take five days.", 1), Quotable("Open the portal.", 2, "1."), Quotable("Click it.", 2, "2.")),
)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def settings(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)  # LangChain's models read their own environment
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-this-test")
    return Settings(openai_model="test", answer_seconds=0.5)


@pytest.fixture(params=plugins.names(MODELS))
def model(request: pytest.FixtureRequest, settings: Settings) -> LanguageModel:
    choice = {"langchain": LANGCHAIN, "scripted": "scripted:Refunds take five days [1]."}.get(
        request.param, request.param
    )
    if choice == LANGCHAIN:
        pytest.importorskip("langchain_openai")
    built: LanguageModel = plugins.build(MODELS, choice, settings.model_copy(update={"language_model": choice}))
    return built


@pytest.fixture
def openai(settings: Settings) -> LanguageModel:
    return openai_writer.build(settings)


def test_a_writer_marks_what_it_claims(model: LanguageModel) -> None:
    text = "".join(model.write(REQUEST))

    assert "five days" in text
    assert "[1]" in text


def test_a_writer_has_a_name_that_begins_with_its_adapter(model: LanguageModel) -> None:
    assert plugins.adapter_of(model.name) in plugins.names(MODELS)


def test_a_writer_can_be_stopped_after_its_first_words(model: LanguageModel) -> None:
    with closing(model.write(REQUEST)) as pieces:
        assert any(pieces)

    assert list(pieces) == []


def test_a_writer_can_write_twice(model: LanguageModel) -> None:
    assert "".join(model.write(REQUEST)) == "".join(model.write(REQUEST))


def test_sentences_run_on_and_steps_stand_on_lines_of_their_own() -> None:
    extractive: LanguageModel = plugins.build(MODELS, "extractive", Settings())

    text = "".join(extractive.write(REQUEST))

    assert text == "Refunds take five days. [1]\n\n1. Open the portal. [2]\n2. Click it. [2]"


def test_a_line_without_a_full_stop_does_not_run_into_the_next_sentence() -> None:
    extractive: LanguageModel = plugins.build(MODELS, "extractive", Settings())
    quotables = (Quotable("Change your address", 1), Quotable("It takes a day.", 1), Quotable("Come in.", 2))

    text = "".join(extractive.write(WritingRequest("", "", quotables)))

    assert text == "Change your address [1]\n\nIt takes a day. [1] Come in. [2]"


def test_the_server_gets_rules_and_passages_and_the_key(openai: LanguageModel, server: ChatServer) -> None:
    list(openai.write(REQUEST))

    asked = server.requests[0]
    assert [message["content"] for message in asked["messages"]] == [REQUEST.instructions, REQUEST.prompt]
    assert (asked["model"], asked["stream"], asked["path"]) == ("test", True, "/v1/chat/completions")
    assert server.keys == ["key-of-this-test"]


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        ("slow_first_byte", "took too long"),
        ("stall", "took too long"),
        ("cut", "stopped in the middle"),
        ("unfinished", "stopped in the middle"),
        ("refused_key", "refused the key .* check OPENAI_API_KEY"),
        ("wrong_model", "no model 'test'; check FOOTNOTE_OPENAI_MODEL"),
        ("too_long", "do not fit into .* set context_tokens .*maximum context length"),
        ("rate_limited", "no more requests for now"),
        ("failing", "status 500"),
        ("invalid_json", "not Chat Completions"),
        ("empty", "wrote nothing"),
        ("error_body", "wrote nothing"),
        ("error_in_stream", "overloaded"),
        ("no_credit", "no credit left"),
        ("rate_limited_long", "no more requests for 30 seconds"),
        ("wrong_key_400", "refused the key"),
        ("too_slow_to_answer", "status 504"),
        ("filtered", "content filter"),
        ("reached_limit", "longest answer"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_in_one_line(
    openai: LanguageModel, server: ChatServer, manner: Manner, said: str
) -> None:
    server.manner = manner

    with pytest.raises(ServiceUnavailable, match=said) as problem:
        list(openai.write(REQUEST))

    assert "\n" not in str(problem.value)
    assert "key-of-this-test" not in str(problem.value)


@pytest.mark.parametrize("manner", ["rate_limited_once", "failing_once"])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    openai: LanguageModel, server: ChatServer, manner: Manner
) -> None:
    server.manner = manner

    assert "".join(openai.write(REQUEST)) == "Refunds take five days [1]."
    assert len(server.requests) == 2


@pytest.mark.parametrize("manner", ["refuses_temperature", "typed_parts", "thinks_aloud", "no_choices_first"])
def test_what_servers_do_in_their_own_way_makes_no_difference(
    openai: LanguageModel, server: ChatServer, manner: Manner
) -> None:
    server.manner = manner

    assert "".join(openai.write(REQUEST)) == "Refunds take five days [1]."


def test_a_setting_that_a_model_refuses_is_not_sent_again(openai: LanguageModel, server: ChatServer) -> None:
    server.manner = "refuses_temperature"

    for _ in range(2):
        assert "".join(openai.write(REQUEST)) == "Refunds take five days [1]."

    assert ["temperature" in request for request in server.requests] == [True, False, False]


def test_a_server_that_asks_to_be_left_alone_is_left_alone(openai: LanguageModel, server: ChatServer) -> None:
    server.manner = "rate_limited_long"

    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match=r"no more requests for (30|29) seconds"):
            list(openai.write(REQUEST))

    assert len(server.requests) == 1


def test_an_account_without_credit_is_not_asked_twice(openai: LanguageModel, server: ChatServer) -> None:
    server.manner = "no_credit"

    with pytest.raises(ServiceUnavailable):
        list(openai.write(REQUEST))

    assert len(server.requests) == 1


def test_a_writer_that_answers_in_json_is_read_sentence_by_sentence(server: ChatServer, settings: Settings) -> None:
    own = {"openai:test": ModelSettings(structured=True)}
    writer = openai_writer.build(settings.model_copy(update={"models": own}))
    server.pieces = [
        '{"sentences": [{"text": "Refunds take five',
        ' days.", "passages": [1]}, {"te',
        'xt": "Ask.", "passages": []}]}',
    ]

    said = [piece for piece in writer.write(replace(REQUEST, fence="f00d")) if piece]

    assert said == ["Refunds take five days. [1]", " Ask."]
    assert server.requests[0]["response_format"]["type"] == "json_schema"
    assert writer.limits.variant == "json"


def test_each_model_has_its_own_server_key_and_temperature(server: ChatServer, settings: Settings) -> None:
    own = ModelSettings(model="llama", base_url=server.base_url, temperature=0.7, context_tokens=4096)
    there = Settings(
        openai_base_url="http://127.0.0.1:9/v1",
        openai_api_key="another-servers-key",
        language_model="openai:mine",
        models={"openai:mine": own},
    )
    writer = openai_writer.build(there)

    list(writer.write(REQUEST))

    assert (server.requests[0]["model"], server.requests[0]["temperature"], server.keys) == ("llama", 0.7, ["none"])
    assert (writer.name, writer.limits.context_tokens) == ("openai:mine", 4096)


def test_a_server_that_is_not_there_is_told_apart_from_a_wrong_key(server: ChatServer) -> None:
    nowhere = openai_writer.build(Settings(openai_base_url="http://127.0.0.1:9/v1", openai_model="test"))

    with pytest.raises(ServiceUnavailable, match="is the server running"):
        list(nowhere.write(REQUEST))


def test_stopping_a_writer_hangs_up_at_the_provider(openai: LanguageModel, server: ChatServer) -> None:
    server.pieces = ["more and more "] * 100_000
    with closing(openai.write(REQUEST)) as pieces:
        assert any(pieces)

    assert server.hung_up.wait(5)


@pytest.mark.parametrize("manner", ["slow_first_byte", "stall"])
def test_a_writer_whose_server_is_silent_can_be_stopped_all_the_same(
    server: ChatServer, settings: Settings, manner: Manner
) -> None:
    server.manner, server.seconds = manner, 0.6
    server.pieces = ["more and more "] * 2_000
    patient = openai_writer.build(settings.model_copy(update={"answer_seconds": 30.0}))
    with closing(patient.write(REQUEST)) as pieces:
        while next(pieces) or not server.requests:
            continue

    assert server.hung_up.wait(5)


@pytest.mark.parametrize("manner", ["refused_key", "failing", "slow_first_byte", "invalid_json"])
def test_langchain_errors_are_translated_too(settings: Settings, server: ChatServer, manner: Manner) -> None:
    pytest.importorskip("langchain_openai")
    from langchain_openai import ChatOpenAI

    from app.language_models.langchain import LangChainWriter

    server.manner = manner
    writer = LangChainWriter(ChatOpenAI(model="test", timeout=0.5, max_retries=0), "langchain:test")

    with pytest.raises(ServiceUnavailable, match="langchain:test failed"):
        list(writer.write(REQUEST))


def test_any_langchain_chat_model_writes() -> None:
    from langchain_core.language_models.fake_chat_models import FakeListChatModel

    from app.language_models.langchain import LangChainWriter

    writer = LangChainWriter(FakeListChatModel(responses=["Five days [1]."]), "langchain:fake")

    assert "".join(writer.write(REQUEST)) == "Five days [1]."


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("langchain", "langchain:module:Class:model"),
        ("langchain:no_such_module:ChatX:m", "is the package installed"),
        ("langchain:json:JSONDecoder:m", "is not a LangChain chat model"),
    ],
)
def test_a_langchain_choice_that_cannot_be_is_said_at_once(choice: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        plugins.build(MODELS, choice, Settings(language_model=choice))
