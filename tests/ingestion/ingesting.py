"""One ingest as a process of its own, for tests that kill it: `python -m tests.ingestion.ingesting KB DATA`."""

import signal
import sys
from pathlib import Path

from ingestion.connectors import connector_for
from ingestion.pipeline import ingest
from tests.ingestion.parts import Desk

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is born deaf to Ctrl-C
    desk = Desk(Path(sys.argv[2]))
    ingest(connector_for(sys.argv[1]), desk.parts())
