"""P14 in Slack: a channel gets what all its members may read, a person their own, everybody else `public`."""

from typing import Any

import pytest

from app.channels.slack.audiences import Person, Room, asker_alone, asker_in_channel, person_of, room_of
from app.knowledge.articles import Asker

GROUPS = {"hr": ("Hana@Example.com", "ana@example.com"), "board": ("ana@example.com",)}
CHANNELS = {"C1": ("hr",)}


def user(**more: Any) -> dict[str, Any]:
    return {"id": "U1", "team_id": "T1", "profile": {"email": "hana@example.com"}, **more}


def test_a_channel_draws_on_public_and_on_what_the_settings_name() -> None:
    assert asker_in_channel(Room("C2", "", False), CHANNELS) == Asker()
    assert asker_in_channel(Room("C1", "", False), CHANNELS) == Asker.of(["hr"])


@pytest.mark.parametrize("sign", ["is_ext_shared", "is_pending_ext_shared", "is_shared"])
def test_with_people_of_other_companies_a_channel_gets_public_only(sign: str) -> None:
    assert asker_in_channel(room_of({"id": "C1", sign: True}), CHANNELS) == Asker()


def test_a_channel_shared_within_one_organisation_is_not_external() -> None:
    assert not room_of({"id": "C1", "is_shared": True, "is_org_shared": True}).is_external


def test_a_channel_that_is_not_known_gets_public_only() -> None:
    assert asker_in_channel(Room("C1"), CHANNELS) == Asker()


def test_a_person_has_the_groups_of_their_address_however_it_is_spelt() -> None:
    assert asker_alone(person_of(user(), "T1"), GROUPS) == Asker.of(["hr"])


@pytest.mark.parametrize(
    "odd",
    [
        {"profile": {}},
        {"is_email_confirmed": False},
        {"is_stranger": True},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"deleted": True},
        {"team_id": "T2"},
        {"profile": {"email": "nobody@example.com"}},
    ],
)
def test_guests_strangers_and_the_unknown_have_public_only(odd: dict[str, Any]) -> None:
    assert asker_alone(person_of(user(**odd), "T1"), GROUPS) == Asker()
    assert asker_alone(Person("U9"), GROUPS) == Asker()


def test_bots_are_told_from_people() -> None:
    assert person_of(user(is_bot=True), "T1").is_bot
    assert person_of(user(id="USLACKBOT"), "T1").is_bot
    assert not person_of(user(), "T1").is_bot
