"""A process that serves one index version ends when another goes live: started again, it serves that one."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import DataFolderError, VersionMismatch
from app.knowledge.catalog import Catalog
from app.knowledge.versions import IndexVersion

LOOK_SECONDS = 2.0

logger = logging.getLogger(__name__)


@contextmanager
def until_switched(catalog: Catalog) -> Iterator[None]:
    """Sends this process SIGTERM, which ends it in order, when another index version goes live.

    Until then it answers from the version that it opened, which is complete as of the switch.

    Raises:
        VersionMismatch: at the end of the block, when that was the reason; `footnote up` starts the process again.
    """
    done = threading.Event()
    switched: list[IndexVersion] = []

    def watch() -> None:
        served = catalog.live_version()
        while not done.wait(LOOK_SECONDS):
            try:
                live = catalog.live_version()
            except DataFolderError as problem:
                logger.warning("%s", problem)
                continue
            if served is not None and live is not None and live.id != served.id:
                switched.append(live)
                os.kill(os.getpid(), signal.SIGTERM)
                return
            served = served or live

    watching = threading.Thread(target=watch, name="until-switched", daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()
    if switched:
        name = switched[0].recipe.embedding.name
        raise VersionMismatch(
            f"index version {switched[0].id} ({name}) has become the live one; this process ends, to be started again"
        )
