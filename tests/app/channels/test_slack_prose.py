"""P16 in Slack: whatever an article or a writer says, it links, fetches and rings nothing but what it cites."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.channels.slack.prose import destination, link, slack_markdown
from app.channels.slack.splitting import split
from app.language_models.scripted import EVIL
from tests.app.channels.slack_reaches import mentions, reached

OURS = "https://desk.example/?article=a"

HOSTILE = [
    f"![logo]({EVIL})",
    f"[click here]({EVIL})",
    f"<{EVIL}>",
    EVIL,
    f"<{EVIL}|Slack's own link>",
    "<!channel> <!here> <!everyone> <@U12345> <#C12345|general> <!subteam^S1|team> <!date^1^{date}^https://evil.example|x>",
    "&lt;!channel&gt; &#60;!here&#62; \\<!channel>",
    "@here @channel @everyone, all of you",
    f"[1]: {EVIL}\n\nSee [1] and [evil][1].",
    f"[1]({EVIL})",
    f"`<!channel>` `{EVIL}` ``<@U1> ` <!here>``",
    f"```\n<!channel>\n```\n<!here>\n```\n{EVIL}",
    f"<img src={EVIL}> <script>fetch('{EVIL}')</script> <a href='{EVIL}'>x</a>",
    "write to root@evil.example or open evil.example/x or www.evil.example",
    f"| a | b |\n|---|---|\n| {EVIL} | <!channel> |",
    f"> # ![x]({EVIL})\n> 1. [y]({EVIL})\n>    - <!here>",
    "javascript:alert(1) data:text/html,x [z](javascript:alert(1)) [w](data:text/html,x)",
    f"**[bold]({EVIL})** _{EVIL}_ ~~<!channel>~~ [1][2]({EVIL})",
    f"\\[a\\]({EVIL}) \\![a]({EVIL}) [a\\]({EVIL})",
    "ｅ<\u200b!channel> \u202e<!here>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_links_fetches_or_rings_anything(text: str) -> None:
    said = "\n\n".join(slack_markdown(f"Refunds take five days [1].\n\n{text}", {1: OURS}))

    assert reached(said) <= {OURS}
    assert mentions(said) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*HOSTILE, "`", "```", "\n", "\n\n", "- ", "> ", "[1]", "](", "<", ">", "&", "*", "_", "\\", "a b", "|"]
        ),
        max_size=8,
    )
)
def test_nor_does_any_mixture_of_them(pieces: list[str]) -> None:
    said = "\n\n".join(slack_markdown("".join(pieces), {1: OURS}))

    assert {address for address in reached(said) if "evil" in address or "alert" in address} == set()
    assert mentions(said) == []


def test_a_mark_becomes_a_link_and_a_forged_one_goes() -> None:
    said = slack_markdown("Five days [1], perhaps six [7], or [2].", {1: OURS, 2: ""})

    assert said == [f"Five days [\\[1\\]]({OURS}), perhaps six, or \\[2\\]."]


def test_what_slack_has_no_form_for_is_said_in_another() -> None:
    said = slack_markdown("| plan | price |\n|---|---|\n| basic | 5 |\n\n---\n\n1. one\n   - two\n2. three", {})

    assert said == ["- **plan**: basic; **price**: 5", "1. one\n   - two\n2. three"]


def test_plain_text_that_looks_like_markup_stays_what_it_is() -> None:
    assert slack_markdown("snake_case * 2\\. 1986\\. C\\#", {}) == ["snake\\_case \\* 2. 1986. C#"]
    assert slack_markdown("1986\\. A year", {}) == ["1986\\. A year"]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "http://", "x", ""]
)
def test_what_is_no_address_is_no_link(address: str) -> None:
    assert destination(address) == ""
    assert link("Refunds", address) == "Refunds"


def test_an_address_cannot_leave_its_link() -> None:
    assert (
        link("a", "https://x.example/a)b(c <d>|e f&copy=1")
        == "[a](https://x.example/a%29b%28c%20%3Cd%3E%7Ce%20f&amp;copy=1)"
    )


def test_a_long_answer_is_cut_between_paragraphs() -> None:
    assert split(["a" * 40, "b" * 40, "c" * 10], 60) == ["a" * 40, f"{'b' * 40}\n\n{'c' * 10}"]


@given(st.lists(st.text(alphabet="ab \n", min_size=1, max_size=300).filter(str.strip), max_size=6), st.integers(20, 90))
def test_nothing_is_lost_and_nothing_is_too_long(blocks: list[str], limit: int) -> None:
    messages = split(blocks, limit)

    assert all(len(message) <= limit for message in messages)
    assert "".join("".join(messages).split()) == "".join("".join(blocks).split())


def test_code_that_is_too_long_is_code_in_every_message() -> None:
    messages = split(["```\n" + "\n".join(f"line {n}" for n in range(40)) + "\n```"], 100)

    assert len(messages) > 3
    assert all(message.startswith("```\n") and message.endswith("\n```") for message in messages)
