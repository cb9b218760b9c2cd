"""Thanks and greetings are answered kindly, and are no question."""

import pytest

from app.answering.small_talk import SmallTalk, small_talk


@pytest.mark.parametrize(
    ("said", "kind", "language"),
    [
        ("Hi!", SmallTalk.GREETING, "english"),
        ("Hello there, how are you?", SmallTalk.GREETING, "english"),
        ("Guten Morgen zusammen", SmallTalk.GREETING, "german"),
        ("¡Buenos días!", SmallTalk.GREETING, "spanish"),
        ("thanks", SmallTalk.THANKS, "english"),
        ("Great, thanks a lot for your help 🙏", SmallTalk.THANKS, "english"),
        ("ok thank you very much!!", SmallTalk.THANKS, "english"),
        ("That's all, thanks. Bye!", SmallTalk.THANKS, "english"),
        ("Perfekt, vielen Dank!", SmallTalk.THANKS, "german"),
        ("Merci beaucoup", SmallTalk.THANKS, "french"),
        ("D'accord, merci.", SmallTalk.THANKS, "french"),
        ("Dank je wel", SmallTalk.THANKS, "dutch"),
        ("see you later", SmallTalk.FAREWELL, "english"),
        ("Who are you?", SmallTalk.WHO, "english"),
        ("help", SmallTalk.WHO, "english"),
    ],
)
def test_small_talk_is_known_by_all_of_its_words(said: str, kind: SmallTalk, language: str) -> None:
    assert small_talk(said) == (kind, language)


@pytest.mark.parametrize(
    "asked",
    [
        "Thanks, and how long do refunds take?",
        "hello world program",
        "Who is the data protection officer?",
        "What can you tell me about parental leave?",
        "help desk opening hours",
        "vpn",
        "great places to eat near the office",
        "Thank you letter template",
        "good morning routine for the warehouse",
        "ok 365",
        "yes",
        "the German one",
        "",
        "thanks " * 100,
    ],
)
def test_what_may_be_a_question_is_searched_for(asked: str) -> None:
    assert small_talk(asked) is None
