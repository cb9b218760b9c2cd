"""Two articles that say different things of one thing are noticed; two that are on different things are not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.answering import phrases
from app.answering.contradictions import Contradiction, contradiction
from app.answering.excerpts import Excerpt
from app.answering.folding import fold
from app.answering.points import points
from app.answering.reading import Reading
from app.answering.sentences import units
from app.knowledge.articles import Passage
from app.knowledge.words import terms
from app.language_models import Quotable
from app.language_models.scripted import ScriptedWriter
from tests.builders import WRITTEN, a_chunk, an_article, publish_article
from tests.desks import a_desk


def a_reading(id: str, said: str, title: str, heading: str = "", days_later: int = 0, score: float = 1.0) -> Reading:
    article = replace(an_article(id, title=title), updated_at=WRITTEN + timedelta(days=days_later))
    passage = Passage(a_chunk(id, said, headings=(heading,) if heading else ()), article, 1.0)
    excerpt = Excerpt(1 if id == "one" else 2, article, 1, 0, len(said), said, (passage,))
    own = frozenset(terms(said))
    return Reading(excerpt, points(said, units(said))[-1], own, own, 1.0, score)


def found(one: str, other: str, titles: tuple[str, str], headings: tuple[str, str] = ("", "")) -> Contradiction | None:
    return contradiction(
        [a_reading("one", one, titles[0], headings[0]), a_reading("two", other, titles[1], headings[1], 9, 0.9)]
    )


DISAGREE = [
    ("Refunds take five days.", "Refunds take ten working days.", ("Refunds", "Money back")),
    ("Refunds are paid within 5 days.", "Refunds are paid within 14 days.", ("Refunds", "Refund policy")),
    ("The canteen opens at 11:30.", "The canteen opens at noon.", ("Canteen", "Opening hours")),
    ("Lunch is served from 11:30.", "The canteen serves lunch from 12:15.", ("Canteen", "Food and drink")),
    ("Employees get 25 days of annual leave.", "Annual leave is 30 days per year.", ("Annual leave", "Onboarding")),
    ("A parking permit costs 40 euros.", "Parking permits cost 55 euros.", ("Parking", "Getting here")),
    ("The visitor badge ends on 3 March 2026.", "The visitor badge ends on 5 April 2026.", ("Badges", "Visitors")),
    ("Passwords are changed every 90 days.", "Passwords are changed every six months.", ("Passwords", "Security")),
    ("Dogs are allowed in the office.", "Dogs are not allowed in the office.", ("Office rules", "Pets")),
    (
        "You can use your private laptop for the VPN.",
        "You cannot use your private laptop for the VPN.",
        ("VPN", "Laptops"),
    ),
    ("Der Antrag wird in 5 Tagen bearbeitet.", "Der Antrag wird in 10 Tagen bearbeitet.", ("Antrag", "Fristen")),
    ("La solicitud tarda cinco días.", "La solicitud tarda diez días.", ("Solicitudes", "Plazos")),
]


@pytest.mark.parametrize(("one", "other", "titles"), DISAGREE)
def test_sentences_that_differ_in_one_thing_disagree_and_the_newer_comes_first(
    one: str, other: str, titles: tuple[str, str]
) -> None:
    disagreement = found(one, other, titles)

    assert disagreement is not None
    assert [disagreement.newer.point.text, disagreement.older.point.text] == [other, one]


@pytest.mark.parametrize(
    ("one", "other", "titles"),
    [
        ("Refunds take five days.", "Refunds take 5 days.", ("Refunds", "Money back")),
        ("Meetings last 90 minutes.", "Meetings last one and a half hours.", ("Rooms", "Meetings")),
        ("The canteen opens at 7 pm.", "The canteen opens at 19:00.", ("Canteen", "Hours")),
        (
            "Parental leave is 14 months.",
            "Parental leave is 16 weeks.",
            ("Parental leave in Germany", "Parental leave in Spain"),
        ),
        ("The VPN allows 2 devices.", "The VPN allows 1 device.", ("VPN", "VPN for contractors")),
        ("The per diem is 28 euros.", "The per diem is 32 euros.", ("Per diem 2025", "Per diem 2026")),
        ("Refunds for basic plans take five days.", "Refunds for premium plans take ten days.", ("Refunds", "Plans")),
        ("Refunds take five days.", "Refunds for resellers take ten days.", ("Refunds", "Money back")),
        ("Heron 1 is calibrated every 6 months.", "Heron 2 is calibrated every 12 months.", ("Heron 1", "Heron 2")),
        ("The room seats 12 people.", "The room was built in 1950.", ("Rooms", "House")),
        ("It opens at 9:00.", "It opens at 10:00.", ("Canteen", "Library")),
        ("Calls to Berlin cost 5 cents.", "Calls to Madrid cost 9 cents.", ("Calls", "Phones")),
        ("Refunds take five days.", "Refunds take ten days if you paid by cheque.", ("Refunds", "Money back")),
        ("Find your proofs of identity [1].", "Find your proofs of identity [5].", ("Real ID", "Mopeds")),
        ("You don t need to apply for a permit.", "You do not need to apply for a permit.", ("Permits", "Parking")),
        ("A session lasts 4 hours.", "A session lasts 12 hours.", ("VPN for agency staff", "Connect with the VPN")),
        ("Only managers approve flights.", "Managers do not approve flights.", ("Flights", "Trips")),
        ("Dogs are allowed in the office.", "Cats are not allowed in the office.", ("Dogs", "Cats")),
    ],
)
def test_sentences_on_two_things_or_of_one_mind_do_not(one: str, other: str, titles: tuple[str, str]) -> None:
    assert found(one, other, titles) is None
    assert found(other, one, titles[::-1]) is None


def test_one_article_does_not_contradict_itself_and_headings_tell_kinds_apart() -> None:
    headings = ("Refunds for members", "Refunds for guests")

    assert found("Refunds take 5 days.", "Refunds take 9 days.", ("Shop", "Help"), headings) is None
    readings = [a_reading("one", text, "Shop") for text in ("Refunds take 5 days.", "Refunds take 9 days.")]
    assert contradiction(readings) is None


def test_both_are_quoted_first_and_nothing_twice() -> None:
    disagreement = found("Refunds take five days.", "Refunds take ten days.", ("Refunds", "Money back"))
    assert disagreement is not None

    quoted = disagreement.quotables([Quotable("Refunds take five days.", 1), Quotable("Ask Ana.", 1)])

    assert [(q.text, q.number) for q in quoted] == [
        ("Refunds take ten days.", 2),
        ("Refunds take five days.", 1),
        ("Ask Ana.", 1),
    ]


def test_passages_that_differ_only_in_a_word_of_denial_or_a_number_word_are_both_read() -> None:
    text = "Every employee may bring a dog to the office on any day of the week that they like, for {} days in a row."
    passages = [
        Passage(a_chunk(name, said), an_article(name), 1.0)
        for name, said in (
            ("yes", text.format("five")),
            ("no", text.format("five").replace("may", "may not")),
            ("six", text.format("six")),
        )
    ]

    assert len(fold(passages, 5).kept) == 3


def test_an_answer_shows_both_with_their_dates_and_says_that_they_disagree(tmp_path: Path) -> None:
    house = a_desk(tmp_path)
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    publish_article(house.catalog, house.version, "shop", ["Refunds take ten days."], title="The shop")
    older = house.catalog.article("refunds", None)
    house.catalog.update_article(replace(older, updated_at=WRITTEN - timedelta(days=400)), "h")
    house.index.publish()

    answer = house.desk.ask("How long do refunds take?").answer

    assert [citation.quote for citation in answer.citations] == ["Refunds take ten days.", "Refunds take five days."]
    assert answer.citations[0].updated_at > answer.citations[1].updated_at
    assert (
        phrases.disagree([("The shop", WRITTEN), ("Refunds", WRITTEN - timedelta(days=400))], "english") in answer.notes
    )


def test_what_a_model_leaves_out_of_a_disagreement_is_quoted_under_its_words(tmp_path: Path) -> None:
    house = a_desk(tmp_path, ScriptedWriter(["Refunds take ten days [1]."]))
    publish_article(house.catalog, house.version, "refunds", ["Refunds take five days."])
    publish_article(house.catalog, house.version, "shop", ["Refunds take ten days."], title="The shop")
    house.index.publish()

    reply = house.desk.ask("How long do refunds take?")
    streamed = "".join(reply)
    answer = reply.answer

    assert streamed == answer.text == "Refunds take ten days. [1]\n\nRefunds take five days. [2]"
    assert [(c.mark, c.article_id, c.quote) for c in answer.citations][1] == (2, "refunds", "Refunds take five days.")
    assert any("disagree" in note and "The shop" in note and "Refunds" in note for note in answer.notes)
