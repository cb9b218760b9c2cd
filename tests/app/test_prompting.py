"""Prompts are files; code fills their blanks, all of them and no others."""

from pathlib import Path

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


def test_a_tenants_own_words_stand_in_for_ours_and_change_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "answer_rules.md").write_text("Be brief. If it is not there: $not_found", encoding="utf-8")
    (tmp_path / "title.shout.md").write_text("NAME IT: $question", encoding="utf-8")

    own, ours = Prompts.load(tmp_path, ["shout"]), Prompts.load()

    assert own.rules.words.startswith("Be brief.")
    assert own.fingerprint != ours.fingerprint
    assert own.answer == ours.answer
    assert (own.of("shout").title.words, own.of("shout").rules) == ("NAME IT: $question", own.rules)


def test_own_words_have_to_have_the_blanks_that_are_filled(tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text("$passages $question $weather", encoding="utf-8")

    with pytest.raises(PromptError, match=r"\$conversation is missing; \$fence is missing; \$weather is never filled"):
        Prompts.load(tmp_path)


def test_a_folder_of_prompts_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="FOOTNOTE_PROMPTS"):
        Prompts.load(tmp_path / "nowhere")
