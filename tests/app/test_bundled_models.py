"""Running the bundled models' files: a network that was opened stays until the process ends, whoever lets go of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny_reader import save_tiny_reader

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
OPENED = 6

# In a process of its own, since what went wrong took Python down: one thread opens networks, loses them in cycles that
# only the garbage collector finds, and collects, while others infer. Prints how many networks are still there.
SCRIPT = f"""
import gc, sys, threading, weakref
from pathlib import Path

import numpy as np

from app.bundled_models import Network

content = Path(sys.argv[1]).read_bytes()
ids = np.ones((2, 64), np.int64)
lasting, done, opened = Network(content, ["scores"], 2), threading.Event(), []

def infer():
    while not done.is_set():
        list(lasting.run([(ids, ids)] * 4))

class Holder:
    pass

def lose():
    for _ in range({OPENED}):
        holder = Holder()
        holder.itself, holder.network = holder, Network(content, ["scores"], 2)
        list(holder.network.run([(ids, ids)] * 2))
        opened.append(weakref.ref(holder.network._compiled))
        del holder
        gc.collect()

inferring = [threading.Thread(target=infer) for _ in range(2)]
losing = threading.Thread(target=lose)
for thread in (*inferring, losing):
    thread.start()
losing.join()
done.set()
for thread in inferring:
    thread.join()
print(sum(network() is not None for network in opened))
"""


def test_networks_that_another_thread_lost_stay_while_others_infer(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    model = save_tiny_reader(tmp_path) / "model.onnx"

    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(model)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert (ended.returncode, ended.stdout.strip()) == (0, str(OPENED)), ended.stderr
