"""What words, numbers, names and negations tell of a sentence and its evidence."""

import pytest

from app.answering.evidence import Grounds
from app.answering.names import names
from app.answering.signs import Signs, signs

SOURCE = (
    "A project folder holds 500 GB. A team folder holds 2 TB. The sync client is not allowed on private computers. "
    "Uploads to Estuary are enabled for all employees. A guest link works for at most 30 days. "
    "Deckhand keeps the messages of a channel for two years."
)


def found(sentence: str, above: str = "") -> Signs:
    return signs(sentence, Grounds(SOURCE, above).evidence(sentence))


def test_a_sentence_in_the_words_of_its_source_has_nothing_against_it() -> None:
    signs_of = found("The sync client is not allowed on private computers.")

    assert (signs_of.said, signs_of.hinted) == (1.0, 1.0)
    assert signs_of == Signs(1.0, 1.0, *(0.0,) * 8)


@pytest.mark.parametrize(
    ("sentence", "sign"),
    [
        ("A project folder holds 600 GB.", "quantities_missing"),
        ("A project folder holds 500 MB.", "quantities_missing"),
        ("A project folder holds 2 TB.", "quantities_elsewhere"),
        ("Uploads to Harbour are enabled for all employees.", "names_missing"),
        ("Uploads to Deckhand are enabled for all employees.", "names_elsewhere"),
        ("The sync client is allowed on private computers.", "negated"),
        ("The sync client is allowed on private computers.", "denied"),
        ("Uploads to Estuary are disabled for all employees.", "opposite"),
        ("A guest link works for at least 30 days.", "bounds"),
    ],
)
def test_each_way_of_being_wrong_has_its_sign(sentence: str, sign: str) -> None:
    assert getattr(found(sentence), sign) > 0


@pytest.mark.parametrize(
    "sentence",
    [
        "A project folder holds 0.5 TB.",
        "Channels of Deckhand keep messages for 24 months.",
        "Uploads to Estuary are not disabled for all employees.",
        "On private computers the sync client is not allowed.",
        "A guest link works for no more than 30 days.",
    ],
)
def test_other_words_for_the_same_have_none(sentence: str) -> None:
    against = found(sentence)

    assert against == Signs(against.said, against.hinted, *(0.0,) * 8)


def test_one_wrong_number_among_true_ones_counts_nearly_as_much_as_alone() -> None:
    one_of_two = found("A project folder holds 500 GB and a team folder 3 TB.")

    assert 0.5 < one_of_two.quantities_missing < 1.0


def test_what_stands_above_the_text_is_near_every_sentence() -> None:
    below_its_title = found("In 2026 a project folder of Larkmoor holds 500 GB.", above="Larkmoor, 2026")

    assert (below_its_title.quantities_elsewhere, below_its_title.names_elsewhere) == (0.0, 0.0)


def test_names_are_capitalised_words_within_a_sentence_and_codes() -> None:
    assert names("Ask Maria Lund about E-104 and rate_limit in Estuary 4.2.0 with 5GB") == [
        "Maria",
        "Lund",
        "E-104",
        "rate_limit",
        "Estuary",
        "4.2.0",
    ]
