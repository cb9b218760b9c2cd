"""When the desk rather says that it does not know."""

from dataclasses import replace

import pytest

from app.answering.abstention import THRESHOLD, WEIGHTS, Signals, confidence

NOTHING = Signals(**dict.fromkeys(Signals.__dataclass_fields__, 0.0))
PLAIN = Signals(meaning=0.75, sentence=0.8, words=1.0, margin=0.3)


def test_where_nothing_fits_the_desk_is_not_sure() -> None:
    assert confidence(NOTHING) < THRESHOLD


def test_where_all_fits_it_is() -> None:
    assert confidence(PLAIN) > THRESHOLD


@pytest.mark.parametrize("name", WEIGHTS)
def test_confidence_stays_between_none_and_full(name: str) -> None:
    for value in (-1.0, 0.0, 1.0):
        assert 0.0 <= confidence(replace(PLAIN, **{name: value})) <= 1.0


def test_every_signal_has_a_weight() -> None:
    assert set(WEIGHTS) == set(Signals.__dataclass_fields__)
