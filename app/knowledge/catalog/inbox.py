"""What channels have taken in and owe an answer. A letter comes in once, is held by one, and ends once."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from app.knowledge.catalog import told as tellings
from app.knowledge.catalog.leases import is_dead
from app.knowledge.catalog.tables import inbox
from app.knowledge.catalog.told import Telling

WAITING, HELD, ENDED = "waiting", "held", "ended"

Access = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Letter:
    """One thing that a channel was asked to do. `progress` is what its holder has done of it; JSON-able both."""

    id: int
    channel: str
    kind: str
    conversation: str  # letters of one conversation are answered one after the other
    position: str  # their order in it
    payload: dict[str, Any]
    attempts: int  # holds so far that were not given back, this one included
    progress: dict[str, Any] = field(default_factory=dict)
    received_at: datetime = datetime.min


class Inbox:
    """Durable: what `receive` took is there after a kill. Each call is one transaction."""

    def __init__(self, reading: Access, writing: Access) -> None:
        self._reading = reading
        self._writing = writing

    def receive(
        self,
        channel: str,
        event_key: str,
        kind: str,
        conversation: str,
        position: str,
        payload: Mapping[str, Any],
        message_key: str | None = None,
    ) -> bool:
        """Take it in, unless this event, or this message in another event, was taken in before: then False."""
        same = inbox.c.event_key == event_key
        if message_key is not None:
            same = or_(same, inbox.c.message_key == message_key)
        with self._writing() as connection:
            known = select(inbox.c.id).where(inbox.c.channel == channel, same)
            if connection.execute(known).first() is not None:
                return False
            letter = {
                "channel": channel,
                "event_key": event_key,
                "message_key": message_key,
                "kind": kind,
                "conversation": conversation,
                "position": position,
                "payload": dict(payload),
            }
            kept = {"state": WAITING, "attempts": 0, "not_before": 0.0, "progress": {}, "received_at": _now()}
            connection.execute(insert(inbox).values({**letter, **kept}))
            return True

    def claim(self, channel: str, holder: str, seconds: float) -> Letter | None:
        """The oldest letter that nobody holds and whose conversation has no earlier one open; held for `seconds`.

        What a process of this host held that is not there any more is free at once.
        """
        with self._writing() as connection:
            now = time.time()
            free = or_(and_(inbox.c.state == WAITING, inbox.c.not_before <= now), _lapsed(connection, channel, now))
            earlier = aliased(inbox)
            blocked = select(earlier.c.id).where(
                earlier.c.channel == channel,
                earlier.c.conversation == inbox.c.conversation,
                earlier.c.state != ENDED,
                or_(
                    earlier.c.position < inbox.c.position,
                    and_(earlier.c.position == inbox.c.position, earlier.c.id < inbox.c.id),
                ),
            )
            first = select(inbox.c.id).where(inbox.c.channel == channel, free, ~blocked.exists())
            id_ = connection.execute(first.order_by(inbox.c.id).limit(1).with_for_update(skip_locked=True)).scalar()
            if id_ is None:
                return None
            held = {"state": HELD, "holder": holder, "expires_at": now + seconds, "attempts": inbox.c.attempts + 1}
            connection.execute(update(inbox).where(inbox.c.id == id_).values(held))
            return _letter(connection.execute(select(inbox).where(inbox.c.id == id_)).one())

    def renew(self, letter: Letter, holder: str, seconds: float) -> bool:
        """Hold it for longer; False when somebody else holds it, or it has ended."""
        return self._change(letter, holder, {"expires_at": time.time() + seconds})

    def note(self, letter: Letter, holder: str, progress: Mapping[str, Any]) -> bool:
        """Keep how far it is; False, and nothing is kept, when somebody else holds it."""
        return self._change(letter, holder, {"progress": dict(progress)})

    def give_back(self, letter: Letter, holder: str, seconds: float = 0.0) -> bool:
        """Nobody's fault: it waits for so long, and this attempt does not count."""
        waits = {"state": WAITING, "holder": None, "expires_at": None, "not_before": time.time() + seconds}
        return self._change(letter, holder, {**waits, "attempts": inbox.c.attempts - 1})

    def end(self, letter: Letter, holder: str, ending: str, *shown: Telling) -> bool:
        """It has ended so, and these messages showed answers; False, and nothing is kept, when not held by this one."""
        ended = {"state": ENDED, "ending": ending, "ended_at": _now(), "holder": None, "expires_at": None}
        with self._writing() as connection:
            if not connection.execute(update(inbox).where(_mine(letter, holder)).values(ended)).rowcount:
                return False
            for telling in shown:
                tellings.tell(connection, telling)
            return True

    def letters(self, channel: str, conversation: str) -> list[Letter]:
        """All of one conversation, ended ones too, in their order."""
        query = select(inbox).where(inbox.c.channel == channel, inbox.c.conversation == conversation)
        with self._reading() as connection:
            return [_letter(row) for row in connection.execute(query.order_by(inbox.c.position, inbox.c.id))]

    def open(self, channel: str) -> int:
        """How many letters have not ended."""
        query = select(func.count()).where(inbox.c.channel == channel, inbox.c.state != ENDED)
        with self._reading() as connection:
            counted: int = connection.execute(query).scalar_one()
            return counted

    def forget(self, channel: str, days: float) -> None:
        """Drop the letters that ended so long ago; no event is repeated as late as that."""
        old = inbox.c.ended_at < _now() - timedelta(days=days)
        with self._writing() as connection:
            connection.execute(delete(inbox).where(inbox.c.channel == channel, inbox.c.state == ENDED, old))

    def _change(self, letter: Letter, holder: str, values: Mapping[str, Any]) -> bool:
        with self._writing() as connection:
            return bool(connection.execute(update(inbox).where(_mine(letter, holder)).values(values)).rowcount)


def _mine(letter: Letter, holder: str) -> ColumnElement[bool]:
    return and_(inbox.c.id == letter.id, inbox.c.state == HELD, inbox.c.holder == holder)


def _lapsed(connection: Connection, channel: str, now: float) -> ColumnElement[bool]:
    held = and_(inbox.c.channel == channel, inbox.c.state == HELD)
    holders = connection.execute(select(inbox.c.holder).where(held).distinct()).scalars()
    dead = [holder for holder in holders if holder and is_dead(holder)]
    return and_(held, or_(inbox.c.expires_at <= now, inbox.c.holder.in_(dead)))


def _letter(row: Row[Any]) -> Letter:
    return Letter(**{name: getattr(row, name) for name in Letter.__dataclass_fields__})


def _now() -> datetime:
    return datetime.now(UTC)
