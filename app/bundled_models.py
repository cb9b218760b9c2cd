"""Run a model of `models/` by OpenVINO: its files are checked, its arithmetic is what the CPU does well.

Knows nothing of what goes in or comes out; openvino is imported when the first model is opened, not before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.errors import ModelUnavailable

if TYPE_CHECKING:
    from openvino import InferRequest


@dataclass(frozen=True)
class Arithmetic:
    """How a network multiplies. Measured in models/embedding/README.md."""

    precision: str  # as OpenVINO names it
    quantised_group: int  # activations share an int8 scale in groups of so many; 0 leaves them as they are

    def __str__(self) -> str:
        return f"{self.precision}, int8 where the CPU can" if self.quantised_group else self.precision


def arithmetic_for(preferred: str) -> Arithmetic:
    """What to compute in, from the precision that OpenVINO prefers on this CPU (`bf16`, `f16` or `f32`).

    Sixteen-bit units are fast and nearly exact. A CPU without them multiplies int8 about twice as fast as f32 when it
    has VNNI; OpenVINO leaves the activations alone when it has not.
    """
    return Arithmetic("f32", 32) if preferred == "f32" else Arithmetic(preferred, 0)


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
    """A compiled model that threads share: each run borrows a request, OpenVINO runs them in the order they came."""

    def __init__(self, onnx: bytes, threads: int) -> None:
        import openvino

        core = openvino.Core()
        self.arithmetic = arithmetic_for(core.get_property("CPU", "INFERENCE_PRECISION_HINT").get_type_name())
        self._compiled = core.compile_model(
            core.read_model(onnx),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": self.arithmetic.precision,
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": self.arithmetic.quantised_group,
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
            },
        )
        self._idle: SimpleQueue[InferRequest] = SimpleQueue()
        self.runtime = f"OpenVINO {openvino.__version__.partition('-')[0]}, {self.arithmetic}, {threads} threads"

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """The first output for `input_ids` and `attention_mask` of shape (texts, tokens)."""
        with self._borrowed() as request:
            request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)
            result: NDArray[np.float32] = request.get_output_tensor(0).data.copy()
        return result

    @contextmanager
    def _borrowed(self) -> Iterator["InferRequest"]:
        try:
            request = self._idle.get_nowait()
        except Empty:
            request = self._compiled.create_infer_request()
        try:
            yield request
        finally:
            self._idle.put(request)
