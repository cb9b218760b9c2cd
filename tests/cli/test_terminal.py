"""Nothing that an article or a model says steers the terminal it is shown in."""

import pytest

from app.answering.harmless import harmless
from cli.answers import show
from cli.terminal import one_line, shown
from tests.app.test_affected import an_affected_answer

HOSTILE = [
    "\x1b[2J\x1b[H gone",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.test\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31m red",
    "safe\rEVIL",
    "\x08\x08\x08EVIL",
    "\u202egpj.exe",
    "a\U000e0061b",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_what_a_terminal_would_obey_is_not_shown(said: str) -> None:
    for clean in (shown(said), one_line(said), harmless(said, "")):
        assert not set(clean) & set("\x1b\x07\x08\x9b\u202e\U000e0061")
    assert "\r" not in shown(said)
    assert "\n" not in one_line(said)


@pytest.mark.parametrize("said", ["👩‍💻 می‌خواهم", "tab\there", "Zürich – « 50 % »"])
def test_what_people_write_is_shown_as_it_is(said: str) -> None:
    assert shown(said) == said


def test_a_hostile_quote_does_not_steer_the_list_of_affected_answers(capsys: pytest.CaptureFixture[str]) -> None:
    show(an_affected_answer(question="\x1b[2Jwhy", quote="\x1b]0;x\x07five days"))

    assert not set(capsys.readouterr().out) & set("\x1b\x07")
