"""The tables that the reader is trained on, small, of texts of our own. Needs the extra `models`."""

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENIZER = Path("models/embedding/tokenizer.json")
PASSAGE = "The canteen opens at seven. A badge costs 12 euros. Visitors park behind the mill."


@pytest.fixture(scope="module")
def tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(TOKENIZER))
    loaded.encode_special_tokens = True
    return loaded


@pytest.fixture
def work(tokenizer: "Tokenizer", tmp_path: Path) -> Path:
    """The three tables, small, as `prepare` writes them; the last row of each is held out."""
    from models.reader.preparing import Prepared, Texts, _array, _claims, _read
    from models.reader.rows import Claim, Pair

    rank = Prepared(Texts(tokenizer))
    for at in range(20):
        rank.row(
            question=rank.texts.add(f"When does room {at} open?"),
            before=rank.texts.add("Where is it?") if at % 2 else -1,
            title=rank.texts.add("Rooms > Hours"),
            passage=rank.texts.add(f"Room {at} opens at {at + 1}."),
            negatives=[rank.texts.add(f"Room {(at + n) % 20} is painted {n}.") for n in range(1, 8)],
            titles=[rank.texts.add("Paint")] * 7,
            made=at % 3 == 0,
            held_out=at > 12,
        )
    read = Prepared(Texts(tokenizer))
    found = [
        Pair("x", f"What costs a badge in year {at}?", PASSAGE, "Site", ("12 euros",) if at % 2 else (), True, "", "g")
        for at in range(40)
    ]
    _read(read, found, 40, random.Random(1))
    read.columns["held_out"] = [at % 4 == 0 for at in range(40)]
    told = Prepared(Texts(tokenizer))
    rows = [
        Claim("spoiled", f"A badge costs {at} euros.", PASSAGE, float(at == 12), "number", ((14, 14 + len(str(at))),))
        for at in range(10, 40)
    ]
    _claims(told, "spoiled", rows, len(rows), random.Random(1))
    told.columns["held_out"] = [at % 4 == 0 for at in range(len(rows))]
    for name, prepared in (("rank", rank), ("read", read), ("claims", told)):
        ids, ends = prepared.texts.packed()
        columns: dict[str, Any] = {key: _array(column) for key, column in prepared.columns.items()}
        np.savez(tmp_path / f"{name}.npz", ids=ids, ends=ends, **columns)
    return tmp_path
