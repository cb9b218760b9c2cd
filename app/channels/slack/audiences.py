"""Who may see what in Slack. Pure: from settings, and from what Slack says of people and channels, to an asker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answering.tracing import Trace
from app.knowledge.articles import Asker


@dataclass(frozen=True)
class Person:
    """Somebody in Slack. `email` is empty where Slack does not vouch for one."""

    id: str
    email: str = ""
    is_bot: bool = False
    is_stranger: bool = True  # of another company, a guest, gone, or not known at all


@dataclass(frozen=True)
class Room:
    """A channel, or direct messages."""

    id: str
    name: str = ""
    is_external: bool = True  # people of other companies are in it, or may soon be


def person_of(user: Mapping[str, object], home_team: str) -> Person:
    """What `users.info` says of a user."""
    profile = user.get("profile")
    email = str(profile.get("email") or "") if isinstance(profile, Mapping) else ""
    is_vouched = user.get("is_email_confirmed", True) is not False
    odd = ("is_stranger", "is_restricted", "is_ultra_restricted", "deleted")
    is_stranger = any(user.get(sign) for sign in odd) or (user.get("team_id") or home_team) != home_team
    is_bot = bool(user.get("is_bot")) or user.get("id") == "USLACKBOT"
    return Person(str(user.get("id", "")), email if is_vouched else "", is_bot, is_stranger)


def room_of(channel: Mapping[str, object]) -> Room:
    """What `conversations.info` says of a channel."""
    shared = ("is_ext_shared", "is_pending_ext_shared", "is_shared")
    within = channel.get("is_org_shared") and not channel.get("is_ext_shared")
    is_external = any(channel.get(sign) for sign in shared) and not within
    return Room(str(channel.get("id", "")), str(channel.get("name") or ""), bool(is_external))


def asker_in_channel(room: Room, channels: Mapping[str, Sequence[str]]) -> Asker:
    """Only what the settings say that every member may read; with people of other companies, only `public`."""
    return Asker.of(() if room.is_external else channels.get(room.id, ()))


def asker_alone(person: Person, groups: Mapping[str, Sequence[str]]) -> Asker:
    """Their own audiences, by e-mail address; strangers, and whom no group names, have `public`."""
    if person.is_stranger or not person.email:
        return Asker()
    own = person.email.casefold()
    return Asker.of(audience for audience, members in groups.items() if own in {m.casefold() for m in members})


def sees_more(alone: Trace, in_channel: Asker) -> bool:
    """Whether an answer for the asker alone would be written from an article that the channel may not read."""
    return any(excerpt.article.audiences.isdisjoint(in_channel.audiences) for excerpt in alone.read)
