"""Work that a worker does later. A claim is a lease: a worker that dies gives its job back when the claim expires."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from app.knowledge.catalog.tables import jobs

MOST_ATTEMPTS = 3  # a job that ended three workers would end the fourth

QUEUED, CLAIMED, DONE, FAILED = "queued", "claimed", "done", "failed"


@dataclass(frozen=True)
class Job:
    """One piece of work, as JSON-able payload; `attempts` counts the claims, this one included."""

    id: int
    kind: str
    payload: dict[str, Any]
    state: str
    attempts: int
    reason: str | None = None
    report: dict[str, Any] | None = None


def enqueue(connection: Connection, kind: str, payload: Mapping[str, Any]) -> int:
    row = {"kind": kind, "payload": dict(payload), "state": QUEUED, "attempts": 0, "created_at": datetime.now(UTC)}
    id_: int = connection.execute(insert(jobs).values(row).returning(jobs.c.id)).scalar_one()
    return id_


def claim(connection: Connection, holder: str, seconds: float) -> Job | None:
    now = time.time()
    lapsed = and_(jobs.c.state == CLAIMED, jobs.c.expires_at <= now)
    given_up = "the worker stopped in the midst of it three times"
    _end(connection, and_(lapsed, jobs.c.attempts >= MOST_ATTEMPTS), FAILED, reason=given_up)
    oldest = select(jobs.c.id).where(or_(jobs.c.state == QUEUED, lapsed)).order_by(jobs.c.id).limit(1)
    id_ = connection.execute(oldest.with_for_update(skip_locked=True)).scalar()
    if id_ is None:
        return None
    claimed = {"state": CLAIMED, "attempts": jobs.c.attempts + 1, "holder": holder, "expires_at": now + seconds}
    connection.execute(update(jobs).where(jobs.c.id == id_).values(claimed))
    return job(connection, id_)


def renew(connection: Connection, job_id: int, holder: str, seconds: float) -> bool:
    mine = and_(jobs.c.id == job_id, jobs.c.state == CLAIMED, jobs.c.holder == holder)
    return bool(connection.execute(update(jobs).where(mine).values(expires_at=time.time() + seconds)).rowcount)


def finish(connection: Connection, job_id: int, report: Mapping[str, Any]) -> None:
    _end(connection, jobs.c.id == job_id, DONE, report=dict(report))


def fail(connection: Connection, job_id: int, reason: str) -> None:
    row = jobs.c.id == job_id
    _end(connection, and_(row, jobs.c.attempts >= MOST_ATTEMPTS), FAILED, reason=reason)
    again = {"state": QUEUED, "holder": None, "expires_at": None, "reason": reason}
    connection.execute(update(jobs).where(and_(row, jobs.c.state == CLAIMED)).values(again))


def job(connection: Connection, job_id: int) -> Job | None:
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
    if row is None:
        return None
    return Job(row.id, row.kind, row.payload, row.state, row.attempts, row.reason, row.report)


def _end(
    connection: Connection,
    which: ColumnElement[bool],
    state: str,
    reason: str | None = None,
    report: dict[str, Any] | None = None,
) -> None:
    ended: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "finished_at": datetime.now(UTC),
        "holder": None,
        "expires_at": None,
    }
    if report is not None:
        ended["report"] = report
    connection.execute(update(jobs).where(which).values(ended))
