"""What each model is given: rules, the newest of the conversation, and the best passages that it can read."""

from dataclasses import replace

import pytest

from app.answering.answers import Turn
from app.answering.briefing import Brief, Briefing, Prompts, narrowed, newest_turns, told
from app.answering.excerpts import Excerpt
from app.errors import PromptError, ServiceUnavailable
from app.knowledge.articles import Passage
from app.language_models import Limits
from app.language_models.scripted import ScriptedWriter
from tests.builders import a_chunk, an_article

LONG = "The board decides on this in the spring of every year. " * 20


def an_excerpt(number: int, text: str = LONG) -> Excerpt:
    article = an_article(f"a{number}", title=f"Article {number}")
    found = a_chunk(article.id, text[:100], headings=("Rules", "Spring"))
    return Excerpt(number, article, 1, 0, len(text), text, (Passage(found, article, 1.0),))


def a_briefing(excerpts: int = 5, turns: int = 0) -> Briefing:
    history = [Turn(f"Question {number}? {'why ' * 40}", f"Answer {number} [1].") for number in range(turns)]
    found = tuple(an_excerpt(number) for number in range(1, excerpts + 1))
    return Briefing(Prompts.load(variants=["json"]), "When?", history, found, (), b"secret")


def given(briefing: Briefing, context_tokens: int, variant: str = "") -> Brief:
    return briefing.brief(ScriptedWriter([], limits=Limits(context_tokens, variant=variant)))


def test_a_passage_stands_between_fences_with_its_number_title_headings_and_date() -> None:
    brief = given(a_briefing(excerpts=1), 8192)

    fence = brief.request.fence
    assert (
        f"<<{fence} passage [1] | Article 1 > Rules > Spring | updated 2026-03-01>>\nThe board" in brief.request.prompt
    )
    assert f"<<{fence} end of [1]>>" in brief.request.prompt


def test_the_same_prompt_has_the_same_fence_and_another_has_another() -> None:
    one, same, other = a_briefing(2), a_briefing(2), a_briefing(3)

    assert given(one, 8192).request == given(same, 8192).request
    assert given(one, 8192).request.fence != given(other, 8192).request.fence
    assert given(one, 8192).request.fence != given(replace(one, secret=b"another"), 8192).request.fence


def test_what_does_not_fit_is_left_out_whole_the_least_useful_first() -> None:
    numbers = [[e.number for e in given(a_briefing(), tokens).excerpts] for tokens in (8192, 2400, 1600)]

    assert numbers[0] == [1, 2, 3, 4, 5]
    assert numbers[1] == [1, 2, 3, 4][: len(numbers[1])] and 1 < len(numbers[1]) < 5
    assert len(numbers[2]) < len(numbers[1])


def test_where_not_even_the_best_excerpt_fits_its_best_passage_is_given() -> None:
    excerpt = an_excerpt(1, LONG * 5)
    briefing = replace(a_briefing(), excerpts=(excerpt,))

    assert given(briefing, 1200).excerpts == (narrowed(excerpt),)
    assert narrowed(excerpt).text == LONG[:100]


def test_a_model_that_can_read_nothing_is_not_asked() -> None:
    with pytest.raises(ServiceUnavailable, match=r"not one passage fits .* set context_tokens"):
        given(a_briefing(), 400)


def test_the_newest_turns_are_told_as_far_as_they_fit() -> None:
    brief = given(a_briefing(excerpts=1, turns=20), 1600)

    assert "Question 19?" in brief.request.prompt
    assert "Question 3?" not in brief.request.prompt
    assert brief.excerpts != ()
    assert newest_turns([Turn("old", "old"), Turn("new", "new")], room=8) == [Turn("new", "new")]


def test_marks_of_earlier_answers_and_the_end_of_long_ones_are_not_told() -> None:
    assert told([Turn("Why?", "Because [1][2].")]) == "Q: Why?\nA: Because."
    assert told([Turn("Why?", "because " * 1_000)]).endswith("because …")
    assert told([]) == "-"


def test_a_variant_has_its_own_rules() -> None:
    briefing = a_briefing(excerpts=1)

    assert "JSON" in given(briefing, 8192, "json").request.instructions
    assert "JSON" not in given(briefing, 8192).request.instructions
    assert briefing.prompts.of("json").fingerprint != briefing.prompts.fingerprint


def test_a_variant_that_no_prompt_has_is_named() -> None:
    with pytest.raises(PromptError, match=r"no prompt has a variant 'hasty'; such as answer_rules.hasty.md"):
        Prompts.load(variants=["hasty"])
