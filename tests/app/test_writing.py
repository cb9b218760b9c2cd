"""Models that fail, dawdle and make things up: the reader gets an answer all the same, and is told."""

import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from app.answering.answers import Answer, Outcome
from app.answering.briefing import NOT_IN_THE_PASSAGES
from app.answering.writing import chain
from app.errors import SettingsError
from app.language_models import LanguageModel, Limits, WritingRequest
from app.language_models import openai as openai_writer
from app.language_models.scripted import ScriptedWriter
from app.settings import Settings
from tests.builders import publish_article
from tests.chat_server import FAULTS, ChatServer, Manner, chat_server
from tests.desks import a_desk, turns

pytestmark = pytest.mark.slow

REFUNDS = "Refunds take five days. They are paid to the card that was charged."
QUESTION = "How long do refunds take?"
OWN_SENTENCE = "Refunds take five days. [1]"


def ask(folder: Path, *models: LanguageModel, seconds: float = 30.0) -> Answer:
    """The answer of a desk that knows about refunds and trains."""
    house = a_desk(folder, *models, seconds=seconds)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    publish_article(house.catalog, house.version, "travel", ["Trains are booked in the portal."], title="Travel")
    house.index.publish()
    return house.desk.ask(QUESTION).answer


def test_a_model_words_the_answer_and_its_sentences_are_checked(tmp_path: Path) -> None:
    answer = ask(tmp_path, ScriptedWriter(["A refund takes ", "five days [", "1]. It is made of cheese", " [1]."]))

    assert answer.text == "A refund takes five days. [1] It is made of cheese."
    assert [s.support for s in answer.sentences] == ["supported", "unsupported"]
    assert (answer.model, answer.notes) == ("scripted", ())


def test_a_desk_may_leave_out_what_nothing_supports_and_says_so(tmp_path: Path) -> None:
    writer = ScriptedWriter(
        ["A refund takes five days [1]. ", "It is made of cheese [1]. ", "It goes to the card [1]."]
    )
    house = a_desk(tmp_path, writer, drops_unsupported=True)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    house.index.publish()

    answer = house.desk.ask(QUESTION).answer

    assert "cheese" not in answer.text
    assert [s.text for s in answer.sentences] == ["A refund takes five days.", "It goes to the card."]
    assert answer.notes == ("sentences left out, because no article supports them: 1",)


def test_a_model_gets_numbered_passages_with_title_and_date_and_the_conversation(tmp_path: Path) -> None:
    writer = ScriptedWriter(["Five days [1]."])
    house = a_desk(tmp_path, writer)
    publish_article(house.catalog, house.version, "refunds", [REFUNDS])
    house.index.publish()

    _ = house.desk.ask(QUESTION, turns(("Do you refund?", "Yes, refunds are made [1].")), None).answer

    prompt = writer.requests[-1].prompt
    assert "passage [1] | Refunds | updated 2026-03-01" in prompt
    assert REFUNDS in prompt
    assert "Q: Do you refund?\nA: Yes, refunds are made." in prompt
    assert prompt.endswith(f"Question: {QUESTION}")
    assert NOT_IN_THE_PASSAGES in writer.requests[-1].instructions


def test_a_model_that_says_that_it_is_not_there_is_believed(tmp_path: Path) -> None:
    answer = ask(tmp_path, ScriptedWriter([NOT_IN_THE_PASSAGES]))

    assert answer.outcome is Outcome.NOT_FOUND
    assert "- Refunds" in answer.text


@pytest.mark.parametrize(
    "nonsense",
    [
        ["The moon is made of cheese [1]. Cows jump over it [2]."],
        ["Certainly! As a model I know everything."],
        ["Five hundred days [9]."],
        ["<script>alert(1)</script>"],
        ["![x](https://evil.example/?q=secret)"],
        ["", " ", "\n"],
        [],
    ],
)
def test_nonsense_is_never_shown_the_articles_own_sentences_are(tmp_path: Path, nonsense: list[str]) -> None:
    answer = ask(tmp_path, ScriptedWriter(nonsense))

    assert answer.text == OWN_SENTENCE
    assert answer.model == "extractive"
    assert "rests on nothing" in answer.notes[0]


def test_a_preface_is_held_back_until_something_rests_on_an_article(tmp_path: Path) -> None:
    answer = ask(tmp_path, ScriptedWriter(["Here is what I found:\n\n", "Refunds take five days [1]."]))

    assert answer.text == "Here is what I found:\n\nRefunds take five days. [1]"


def test_the_next_model_is_asked_when_one_fails_and_the_answer_says_so(tmp_path: Path) -> None:
    broken = ScriptedWriter([], failure="no answer at http://one", name="one")
    well = ScriptedWriter(["Refunds take five days [1]."], name="two")

    answer = ask(tmp_path, broken, well)

    assert (answer.model, answer.notes) == ("two", ("no answer at http://one; two was asked instead.",))


def test_an_answer_that_is_cut_off_keeps_its_whole_sentences_and_says_so(tmp_path: Path) -> None:
    answer = ask(tmp_path, ScriptedWriter(["Refunds take five days [1]. They are pai"], failure="one stopped"))

    assert answer.text == OWN_SENTENCE
    assert answer.notes == ("one stopped; the answer ends where it was cut off.",)


def test_a_model_that_never_ends_is_stopped(tmp_path: Path) -> None:
    answer = ask(
        tmp_path, ScriptedWriter(["Refunds take five days [1]. ", *("and so on and on " * 20 for _ in range(1_000))])
    )

    assert "did not come to an end" in answer.notes[0]
    assert answer.text == OWN_SENTENCE


def test_a_model_that_says_the_same_again_and_again_is_heard_once_and_stopped(tmp_path: Path) -> None:
    writer = ScriptedWriter(["Refunds take five days [1]. "] * 10_000)

    answer = ask(tmp_path, writer)

    assert answer.text == OWN_SENTENCE
    assert "said the same again and again; the answer ends" in answer.notes[0]
    assert writer.stopped.wait(5)


class _Dawdler:
    """Begins after `first` seconds and then waits `between` its pieces."""

    name = "dawdler"
    limits = Limits()

    def __init__(self, first: float, between: float) -> None:
        self._first = first
        self._between = between

    def write(self, request: WritingRequest) -> Generator[str, None, None]:
        time.sleep(self._first)
        while True:
            yield "Refunds take five days [1]. "
            time.sleep(self._between)


def test_a_model_that_does_not_begin_is_given_up_after_a_third_of_the_time(tmp_path: Path) -> None:
    began = time.monotonic()

    answer = ask(tmp_path, _Dawdler(first=5.0, between=0.0), seconds=0.9)

    assert time.monotonic() - began < 3
    assert answer.text == OWN_SENTENCE
    assert "wrote nothing" in answer.notes[0]


def test_a_model_that_is_not_done_in_time_is_cut_off(tmp_path: Path) -> None:
    answer = ask(tmp_path, _Dawdler(first=0.0, between=0.5), seconds=0.2)

    assert answer.outcome is Outcome.ANSWERED
    assert "not done after" in answer.notes[0]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.mark.parametrize("manner", FAULTS)
def test_whatever_a_server_does_the_reader_gets_a_cited_answer_and_an_honest_note(
    tmp_path: Path, server: ChatServer, manner: Manner
) -> None:
    server.manner = manner
    settings = Settings(openai_base_url=server.base_url, openai_model="test", answer_seconds=1.0)

    answer = ask(tmp_path, openai_writer.build(settings), seconds=1.0)

    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == OWN_SENTENCE
    assert answer.model == "extractive"
    assert answer.notes[0].endswith("the answer is in the articles' own sentences instead.")


def test_the_extractive_writer_comes_last_in_every_chain() -> None:
    assert [m.name for m in chain(Settings())] == ["extractive"]
    assert [m.name for m in chain(Settings(language_model="scripted:Hello, scripted:you"))] == [
        "scripted",
        "scripted",
        "extractive",
    ]


def test_a_writer_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match="choose one of: extractive, langchain, openai, scripted"):
        chain(Settings(language_model="gpt"))
