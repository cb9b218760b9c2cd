"""Telling languages apart by scripts and function words: careful rather than clever."""

import pytest

from app.answering.languages import could_be_english, could_be_one_language


@pytest.mark.parametrize(
    "text",
    [
        "How long do refunds take?",
        "one way flights",  # `one` is a Polish word as well
        "reset password",
        "4031?",
        "",
        "| plan | seats | price |\n| basic | 5 | 19 EUR |",
        "El Niño: what was it, and when did it come to Los Angeles?",
    ],
)
def test_what_may_be_english_is_taken_for_english(text: str) -> None:
    assert could_be_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wie lange dauert die Erstattung?",
        "¿Cuánto tarda el reembolso de los billetes?",
        "退款需要多长时间",
        "Когда?",
        "متى",
    ],
)
def test_another_script_or_its_function_words_tell_another_language(text: str) -> None:
    assert not could_be_english(text)


ENGLISH = "A refund arrives within five working days and is paid to the card that was charged."
GERMAN = "Die Erstattung dauert fünf Werktage und wird auf die Karte gezahlt, mit der bezahlt wurde."
SPANISH = "El reembolso tarda cinco días hábiles y se abona en la tarjeta con la que se pagó."
FRENCH = "Le remboursement prend cinq jours ouvrés et va sur la carte avec laquelle on a payé."

SAID_IN = {  # short, as help desks say it
    ENGLISH: [
        "Refunds take ten days.",
        "Tern laptops weigh 1.1 kg.",
        "VPN closes idle tunnels.",
        "Kestrel 3 supports USB-C.",
        "E-mails cost nothing.",
        "Acme Pay charges 1.5 % per order.",
        "Cables reach 2 m.",
        "Premium Plus costs 5 EUR.",
        "Non-billable hours expire.",
        "Mondays, Los Angeles closes.",
        "Pro users see Plan C prices.",
        "AI drafts replies.",
        "EU servers restart nightly.",
        "Set `de` before `la`.",
        "Orders go out hourly.",
        "Visitors get one badge.",
        "Ask Ben.",
        "Size 40 fits best.",
        "Badge readers beep twice.",
        "Tickets close after 14 days.",
        "PARKING COSTS 4 EUR PER DAY",
    ],
    GERMAN: [
        "Erstattungen dauern zehn Tage.",
        "Der Laptop wiegt 1,1 kg.",
        "Parken kostet 4 EUR pro Tag.",
        "Öffnen Sie Einstellungen.",
        "VPN trennt nach 15 Minuten.",
    ],
    SPANISH: ["Los reembolsos tardan diez días.", "El portátil pesa 1,1 kg.", "La VPN se cierra sola."],
    FRENCH: ["Les remboursements prennent dix jours.", "Le portable pèse 1,1 kg.", "Est-ce gratuit ?"],
}


@pytest.mark.parametrize(
    ("sentence", "passage"), [(sentence, passage) for passage, said in SAID_IN.items() for sentence in said]
)
def test_a_short_sentence_is_never_told_from_its_own_language(sentence: str, passage: str) -> None:
    assert could_be_one_language(sentence, passage)


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Erstattung dauert zehn Tage.",
        "Öffnen Sie Einstellungen.",
        "VPN trennt nach 15 Minuten.",
        "El portátil pesa 1,1 kg.",
        "Les remboursements prennent dix jours.",
        "Est-ce gratuit ?",
        "DIE ERSTATTUNG DAUERT ZEHN TAGE",
    ],
)
def test_one_word_of_grammar_tells_a_sentence_from_english(sentence: str) -> None:
    assert not could_be_one_language(sentence, ENGLISH)


@pytest.mark.parametrize("passage", [GERMAN, SPANISH, FRENCH])
def test_and_an_english_sentence_from_other_languages(passage: str) -> None:
    assert not could_be_one_language("Password resets expire after 15 minutes.", passage)
