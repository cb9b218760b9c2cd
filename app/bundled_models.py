"""Run a model of `models/` by OpenVINO: its files are checked, its arithmetic is what the CPU does well.

Knows nothing of what goes in or comes out; openvino is imported when the first model is opened, not before.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import ModelUnavailable

if TYPE_CHECKING:
    from openvino import InferRequest

Batch = tuple[NDArray[np.int64], NDArray[np.int64]]  # token ids and mask, each of shape (texts, tokens)
Outputs = dict[str, NDArray[np.float32]]  # by the names that the model's file gives them

# Activations share an int8 scale in groups of so many where the CPU multiplies int8 (VNNI); elsewhere OpenVINO leaves
# them as they are. Measured in models/embedding/README.md.
QUANTISED_GROUP = 64

# Compiled networks are never taken down before the process ends: when Python's garbage collector does it, in whatever
# thread it happens to run, OpenVINO can crash the process. A desk opens two, and keeps them.
_KEPT: list[object] = []


def checked_bytes(path: Path, expected: str) -> bytes:
    """The file's bytes, when their SHA-256 is `expected`.

    Raises:
        ModelUnavailable: the file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ModelUnavailable(f"{path} cannot be read ({problem.strerror}); install Footnote again") from problem
    if sha256(content).hexdigest() != expected:
        raise ModelUnavailable(f"{path} is damaged: its SHA-256 is not {expected[:12]}…; install Footnote again")
    return content


class Network:
    """A compiled model that threads share: one stream for each CPU thread, batches run side by side.

    Computes in the precision that OpenVINO prefers on this CPU (bf16 or f16 where it has the units, else f32).

    Args:
        outputs: names of those that are wanted.
    """

    def __init__(self, onnx: bytes, outputs: Sequence[str], threads: int) -> None:
        import openvino

        core = openvino.Core()
        precision = core.get_property("CPU", "INFERENCE_PRECISION_HINT").get_type_name()
        self._compiled = core.compile_model(
            core.read_model(onnx),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": precision,
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": QUANTISED_GROUP,
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": threads,
            },
        )
        self._outputs = tuple(outputs)
        self._threads = threads
        _KEPT.append(self._compiled)
        self._idle: SimpleQueue[InferRequest] = SimpleQueue()
        self.runtime = f"OpenVINO {openvino.__version__.partition('-')[0]}, {precision} and int8, {threads} threads"

    def run(self, batches: Iterable[Batch]) -> Iterator[Outputs]:
        """The outputs for each batch, in order; the next ones are computed while one is looked at."""
        running: deque[InferRequest] = deque()
        try:
            for ids, mask in batches:
                request = self._borrow()
                running.append(request)
                request.start_async({"input_ids": ids, "attention_mask": mask})
                if len(running) > self._threads:
                    yield self._finish(running)
            while running:
                yield self._finish(running)
        finally:
            for request in running:
                request.wait()
                self._idle.put(request)

    def _borrow(self) -> "InferRequest":
        try:
            return self._idle.get_nowait()
        except Empty:
            return self._compiled.create_infer_request()

    def _finish(self, running: "deque[InferRequest]") -> Outputs:
        running[0].wait()
        found = {name: running[0].get_tensor(name).data.copy() for name in self._outputs}
        self._idle.put(running.popleft())
        return found
