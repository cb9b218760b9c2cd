"""Leases: at most one process does a thing at a time, and one that died does not block the others for long."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from types import TracebackType
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.errors import FootnoteError, LeaseHeld
from app.knowledge.catalog.tables import leases

_POLL_SECONDS = 0.05

Writing = Callable[[], AbstractContextManager[Connection]]


def holder_here() -> str:
    """This process, as a lease names it: `host:pid`."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Lease:
    """Held between `with` and its end; a thread renews it meanwhile.

    Entering raises LeaseHeld when somebody else still has it after `patience` seconds. A process that was suspended
    for longer than the lease lasts may lose it: `still_held` tells, and long work asks it between steps.
    """

    def __init__(self, writing: Writing, name: str, holder: str, seconds: float, patience: float) -> None:
        self.name = name
        self.holder = holder
        self._writing = writing
        self._seconds = seconds
        self._patience = patience
        self._token = uuid4().hex  # tells two leases of one process apart
        self._done = threading.Event()
        self._renewal = threading.Thread(target=self._renew, name=f"lease {name}", daemon=True)
        self._valid_until = 0.0

    @property
    def still_held(self) -> bool:
        return time.time() < self._valid_until

    def __enter__(self) -> "Lease":
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self._take()
                break
            except LeaseHeld:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_POLL_SECONDS)
        self._renewal.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._renewal.join()
        self._valid_until = 0.0
        with suppress(FootnoteError):  # on a full disk it runs out by itself; the reason to leave is told, not this
            self._give_back()

    def _give_back(self) -> None:
        with self._writing() as connection:
            connection.execute(delete(leases).where(leases.c.name == self.name, leases.c.token == self._token))

    def _take(self) -> None:
        now = time.time()
        with self._writing() as connection:
            row = connection.execute(select(leases).where(leases.c.name == self.name)).first()
            if row is not None and row.expires_at > now and not is_dead(row.holder):
                raise LeaseHeld(_say(self.name, row))
            connection.execute(delete(leases).where(leases.c.name == self.name))
            times = {"acquired_at": now, "expires_at": now + self._seconds}
            values = {"name": self.name, "holder": self.holder, "token": self._token, **times}
            connection.execute(insert(leases).values(values))
        self._valid_until = now + self._seconds

    def _renew(self) -> None:
        while not self._done.wait(self._seconds / 3):
            until = time.time() + self._seconds
            mine = (leases.c.name == self.name) & (leases.c.token == self._token)
            try:
                with self._writing() as connection:
                    kept = connection.execute(update(leases).where(mine).values(expires_at=until)).rowcount
            except FootnoteError:
                continue  # a full disk or a busy catalog may pass before the lease runs out
            if not kept:
                self._valid_until = 0.0
                return
            self._valid_until = until


def is_dead(holder: str) -> bool:
    """Whether the holder is a process of this host that is not there any more."""
    import psutil  # here, since it is needed in a conflict only, and every start would pay for it

    host, _, pid = holder.partition(":")
    pid = pid.partition(":")[0]
    return host == socket.gethostname() and pid.isdigit() and not psutil.pid_exists(int(pid))


def _say(name: str, row: Row[tuple[str, str, float]]) -> str:
    host, _, pid = row.holder.partition(":")
    since = datetime.fromtimestamp(row.acquired_at).astimezone()
    return (
        f"{name!r} is being done by process {pid} on {host} since {since:%Y-%m-%d %H:%M:%S}; "
        f"wait for it to finish, or end that process"
    )
