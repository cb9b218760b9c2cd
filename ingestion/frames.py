"""What goes through the pipes between the reading room and its child: lengths, JSON and raw bytes; never pickle."""

import json
from typing import IO, Any


def write_frame(pipe: IO[bytes], payload: bytes) -> None:
    pipe.write(len(payload).to_bytes(4, "big"))
    pipe.write(payload)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the stream, also in the midst of a frame."""
    length = pipe.read(4)
    if len(length) < 4:
        return None
    payload = pipe.read(int.from_bytes(length, "big"))
    return payload if len(payload) == int.from_bytes(length, "big") else None


def as_json(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
