"""Prompts are files; code fills their blanks, all of them and no others."""

import pytest

from app.answering.briefing import Prompts
from app.errors import PromptError
from app.prompting import Prompt

GREETING = Prompt("greeting", "Good $time, $name. That is 5 $$.")


def test_blanks_are_filled_and_a_doubled_sign_is_the_sign() -> None:
    assert GREETING.fill(time="morning", name="$time") == "Good morning, $time. That is 5 $."


def test_every_missing_and_every_needless_value_is_named_at_once() -> None:
    with pytest.raises(PromptError, match=r"no value for \$name; no value for \$time; no blank for 'tune'"):
        GREETING.fill(tune="la")


def test_other_words_have_another_fingerprint() -> None:
    assert GREETING.fingerprint == Prompt("greeting", GREETING.words).fingerprint
    assert GREETING.fingerprint != Prompt("greeting", GREETING.words + " ").fingerprint


def test_a_prompt_that_is_not_there_is_named() -> None:
    with pytest.raises(PromptError, match=r"prompts/no_such.md is missing"):
        Prompt.load("no_such")


def test_the_prompts_of_the_desk_have_the_blanks_that_the_desk_fills() -> None:
    prompts = Prompts.load()

    assert prompts.rules.fill(not_found="NOTHING")
    assert prompts.answer.fill(conversation="-", passages="[1] x", fence="f", question="q?")
