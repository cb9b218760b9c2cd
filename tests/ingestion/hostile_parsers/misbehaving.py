"""Does what the bytes tell it to do."""

import os
import sys
import time

from ingestion.parsers import ParsedText


def certainty(raw: bytes, name: str) -> int:
    return 100 if raw.startswith(b"do:") else 0


class MisbehavingParser:
    def parse(self, raw: bytes, name: str) -> ParsedText:
        text = getattr(self, raw.decode().removeprefix("do:"))()
        return ParsedText("did it", text, ())

    def hang(self) -> str:
        time.sleep(600)
        return ""

    def spin(self) -> str:
        while True:
            pass

    def die(self) -> str:
        os._exit(7)

    def crash(self) -> str:
        os.abort()

    def swell(self) -> str:
        return "".join(str(bytearray(50_000_000)[-1]) for _ in [bytearray(50_000_000) for _ in range(100)])

    def recurse(self) -> str:
        return self.recurse()

    def flood(self) -> str:
        return "word " * 20_000_000

    def raise_(self) -> str:
        raise ZeroDivisionError

    def chatter(self) -> str:
        print("not a frame")  # noqa: T201
        os.write(1, b"\0\0\0\1x")
        sys.stdout.flush()
        return "a text"

    def surrogates(self) -> str:
        return "a\ud800b\0c\U0001f600"

    def environment(self) -> str:
        return "\n".join(f"{name}={value}" for name, value in os.environ.items())


def build() -> MisbehavingParser:
    return MisbehavingParser()
