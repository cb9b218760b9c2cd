"""What compatible servers do each in their own way, and what is made of it."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat_completions import StructuredAnswer, Thoughts, fault, refused_setting, text_of, unfinished, wait_of


@pytest.mark.parametrize(
    ("status", "words", "named"),
    [
        (401, "Incorrect API key provided", "key"),
        (400, "API key not valid. Please pass a valid API key. INVALID_ARGUMENT", "key"),
        (429, "Rate limit reached for gpt-4.1-mini", "busy"),
        (529, "Overloaded", "busy"),
        (429, "You exceeded your current quota insufficient_quota", "credit"),
        (402, "Insufficient Balance", "credit"),
        (400, "Your credit balance is too low to access the API", "credit"),
        (404, "The model `gpt-9` does not exist", "model"),
        (404, 'model "llama9" not found, try pulling it first', "model"),
        (400, "Model Not Exist", "model"),
        (400, "This model's maximum context length is 8192 tokens. context_length_exceeded", "context"),
        (400, "the request exceeds the available context size exceed_context_size_error", "context"),
        (500, "the request exceeds the available context size", "context"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", "context"),
        (400, "The input token count (40000) exceeds the maximum number of tokens allowed (32768)", "context"),
        (
            400,
            "Trying to keep the first 14538 tokens when context the overflows. However, the model is loaded",
            "context",
        ),
        (400, "The response was filtered due to Azure OpenAI's content management policy", "filter"),
        (500, "The server had an error", "other"),
    ],
)
def test_what_a_server_complains_of_is_told_by_its_words_more_than_by_its_status(
    status: int, words: str, named: str
) -> None:
    assert fault(status, words) == named


@pytest.mark.parametrize(
    ("status", "words", "setting"),
    [
        (400, "Unsupported value: 'temperature' does not support 0 with this model.", "temperature"),
        (400, "`temperature` is deprecated for this model.", "temperature"),
        (400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported", "response_format"),
        (400, "This model's maximum context length is 8192 tokens", ""),
        (500, "temperature unsupported", ""),
    ],
)
def test_a_setting_that_is_refused_is_known_by_its_name(status: int, words: str, setting: str) -> None:
    assert refused_setting(status, words) == setting


def test_a_server_says_in_three_ways_how_long_to_wait() -> None:
    now = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    assert wait_of({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert wait_of({"retry-after": "9"}) == 9
    assert wait_of({"retry-after": "Sun, 01 Mar 2026 12:00:20 GMT"}, now) == 20
    assert wait_of({"retry-after": "soon"}) is None
    assert wait_of({}) is None


def test_an_answer_that_is_not_whole_says_why() -> None:
    assert unfinished("stop") == unfinished("end_turn") == ""
    assert "longest answer" in unfinished("length")
    assert "content filter" in unfinished("content_filter")
    assert "in the middle" in unfinished(None)


def test_content_is_a_text_or_a_list_of_parts() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}

    assert text_of("five") == "five"
    assert text_of([thinking, {"type": "text", "text": "five"}]) == "five"
    assert text_of(None) == text_of(3) == ""


def in_pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, *(cut % (len(text) + 1) for cut in cuts), len(text)})
    return [text[one:two] for one, two in pairwise(places)]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("<think>Six days?</think>\n\nFive days [1].", "Five days [1]."),
        ("\n<thinking>\nhm </thinking> Five.", "Five."),
        ("Five <think>days</think>.", "Five <think>days</think>."),
        ("<thin air> is five", "<thin air> is five"),
        ("<think>never ends", ""),
        ("<", "<"),
    ],
)
@given(cuts=st.lists(st.integers(0, 60), max_size=6))
def test_what_is_thought_aloud_before_an_answer_is_not_said(written: str, spoken: str, cuts: list[int]) -> None:
    thoughts = Thoughts()

    assert "".join(map(thoughts.spoken, in_pieces(written, cuts))) + thoughts.rest() == spoken


SENTENCES = {"sentences": [{"text": "Five days.", "passages": [1, 2]}, {"text": '- Ask "HR".', "passages": []}]}


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "Here is the JSON:\n{}"])
@given(cuts=st.lists(st.integers(0, 150), max_size=6))
def test_a_structured_answer_is_marked_text_however_it_comes_in_pieces(around: str, cuts: list[int]) -> None:
    written = around.replace("{}", json.dumps(SENTENCES))
    answer = StructuredAnswer()

    assert "".join(map(answer.spoken, in_pieces(written, cuts))) + answer.rest() == 'Five days. [1][2]\n- Ask "HR".'


@pytest.mark.parametrize("plain", ["Five days [1].", "Five days [1]. " * 30, ""])
def test_a_model_that_writes_plain_text_all_the_same_is_passed_on(plain: str) -> None:
    answer = StructuredAnswer()

    assert "".join(map(answer.spoken, in_pieces(plain, [3, 50, 230]))) + answer.rest() == plain


def test_half_a_sentence_of_a_structured_answer_is_not_said() -> None:
    answer = StructuredAnswer()

    said = answer.spoken('{"sentences": [{"text": "Five days.", "passages": [1]}, {"text": "And th')

    assert said + answer.rest() == "Five days. [1]"
