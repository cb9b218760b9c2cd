"""What the reader has read once is not read again, unless it has become another."""

from pathlib import Path

import pytest

from app.answering.reader import Readable, Reader
from evals.kept_readings import KeepingReader
from tests.tiny_reader import save_tiny_reader

pytest.importorskip("onnx")

VOCABULARY = Path(__file__).parents[2] / "models" / "embedding" / "tokenizer.json"
QUESTION = "How long does a refund take?"
FIRST, SECOND = Readable("Refunds", "A refund takes five days."), Readable("Lunch", "It is at noon.")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_reader(tmp_path_factory.mktemp("weights"))


def test_it_reads_as_the_reader_does_and_only_what_is_new(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Reader(weights, VOCABULARY, 1).read(QUESTION, [FIRST, SECOND])
    assert KeepingReader(weights, VOCABULARY, 1, tmp_path).read(QUESTION, [FIRST, SECOND]) == plain
    again = KeepingReader(weights, VOCABULARY, 1, tmp_path)
    monkeypatch.setattr(Reader, "_run", None)  # whoever reads now fails

    assert again.read(QUESTION, [SECOND, FIRST, SECOND]) == [plain[1], plain[0], plain[1]]
    with pytest.raises(TypeError):
        again.read("Another?", [FIRST])


def test_other_weights_have_read_nothing_yet(weights: Path, tmp_path: Path) -> None:
    first = KeepingReader(weights, VOCABULARY, 1, tmp_path / "kept").read(QUESTION, [FIRST])
    others = save_tiny_reader(tmp_path / "others", seed=2)

    assert KeepingReader(others, VOCABULARY, 1, tmp_path / "kept").read(QUESTION, [FIRST]) != first
    assert len(list((tmp_path / "kept").iterdir())) == 2
