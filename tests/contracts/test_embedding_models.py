"""What every embedding model must do, and how each says what is wrong."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import plugins
from app.errors import FootnoteError, ModelUnavailable, ServiceUnavailable, SettingsError
from app.knowledge.embedding_models import EmbeddingModel, bundled, jina
from app.settings import Settings, read
from tests.embedding_server import EmbeddingServer, embedding_server
from tests.tiny_bert import save_tiny_bert

MODELS = "app.knowledge.embedding_models"
NEEDS_TORCH = {"sentence_transformers"}
SERVED = ["jina", "openai_compatible"]
TEXTS = [
    "How do I reset my password?",
    "word " * 3000,
    "Reisekosten werden bis zum Fünften des Monats erstattet.",
    "",
    "出张费用怎么报销？",
    "def add(a, b):\n    return a + b",
    "a",
    "🙂🙃 naïve ﬁancée\x00\u200b",
    "ใบลาป่วยต้องส่งภายในสามวัน",
    "| plan | price |\n|---|---|\n| basic | 4 EUR |",
]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as served:
        yield served


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_bert(tmp_path_factory.mktemp("tiny_bert"))


@pytest.fixture
def settings(server: EmbeddingServer) -> Callable[[str], Settings]:
    def with_model(choice: str, **more: Any) -> Settings:
        return read(
            embedding_model=choice,
            openai_base_url=server.address,
            openai_api_key="right",
            jina_base_url=server.address,
            jina_api_key="right",
            threads=2,
            **more,
        )

    return with_model


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.full if name in NEEDS_TORCH else ()) for name in plugins.names(MODELS)]
)
def choice(request: pytest.FixtureRequest) -> str:
    if request.param in NEEDS_TORCH:
        return f"{request.param}:{request.getfixturevalue('tiny_bert')}"
    return str(request.param)


@pytest.fixture
def model(choice: str, settings: Callable[[str], Settings]) -> EmbeddingModel:
    built: EmbeddingModel = plugins.build(MODELS, choice, settings(choice))
    return built


# What holds for every model


def test_every_text_becomes_one_vector_of_unit_length(model: EmbeddingModel) -> None:
    vectors = model.embed_documents(TEXTS)

    assert vectors.shape == (len(TEXTS), model.identity.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)


def test_a_query_becomes_one_vector_of_unit_length(model: EmbeddingModel) -> None:
    vector = model.embed_query("Where do I send my receipts?")

    assert vector.shape == (model.identity.dimensions,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_vectors_stand_in_the_order_of_their_texts_whatever_the_company(model: EmbeddingModel) -> None:
    together = model.embed_documents(TEXTS * 10)

    alone = np.concatenate([model.embed_documents([text]) for text in TEXTS] * 10)

    assert (together * alone).sum(axis=1).min() > 0.999


def test_no_texts_give_no_vectors(model: EmbeddingModel) -> None:
    assert model.embed_documents([]).shape == (0, model.identity.dimensions)
    assert model.count_tokens([]) == []


def test_the_same_text_gives_the_same_vector_every_time(model: EmbeddingModel) -> None:
    assert np.array_equal(model.embed_query("parental leave"), model.embed_query("parental leave"))


def test_another_text_gives_another_vector(model: EmbeddingModel) -> None:
    leave, printer = model.embed_documents(["parental leave for new fathers", "the printer is out of paper"])

    assert leave @ printer < 0.999


def test_half_a_surrogate_pair_is_embedded_like_any_text(model: EmbeddingModel) -> None:
    broken = json.loads('"a broken \\ud83d emoji"')

    assert np.isfinite(model.embed_query(broken)).all()
    assert model.embed_documents([broken]).shape == (1, model.identity.dimensions)
    assert model.count_tokens([broken])[0] > 0


def test_tokens_are_counted_without_special_ones_and_without_a_cut(model: EmbeddingModel) -> None:
    longer_than_any_window = "word " * 40_000

    none, one, many = model.count_tokens(["", "word", longer_than_any_window])

    assert none == 0
    assert one == 1
    assert many > model.identity.window


def test_tokens_are_counted_in_every_script(model: EmbeddingModel) -> None:
    counts = model.count_tokens(TEXTS)

    assert [count > 0 for count in counts] == [bool(text) for text in TEXTS]


def test_threads_share_a_model(model: EmbeddingModel) -> None:
    queries = [f"question {number} about travel and receipts" for number in range(24)]
    expected = [model.embed_query(query) for query in queries]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(model.embed_query, queries))
        counts = list(threads.map(model.count_tokens, [[query] for query in queries]))

    assert np.einsum("ij,ij->i", expected, found).min() > 0.9999
    assert counts == [model.count_tokens([query]) for query in queries]


def test_the_identity_is_the_same_each_time_the_model_is_built(
    model: EmbeddingModel, choice: str, settings: Callable[[str], Settings]
) -> None:
    again: EmbeddingModel = plugins.build(MODELS, choice, settings(choice))

    assert again.identity == model.identity
    assert model.identity.name.startswith(choice)
    assert model.identity.normalised
    assert model.identity.window >= 64


# The bundled model


def test_the_bundled_model_knows_what_belongs_together() -> None:
    model = bundled.build(Settings())
    articles = ["Your password can be reset on the sign-in page.", "Lunch is served from noon.", "Fly economy class."]

    nearest = model.embed_documents(articles) @ model.embed_query("I forgot my login credentials")

    assert nearest.argmax() == 0


def test_the_bundled_model_says_what_it_runs_on() -> None:
    assert bundled.build(Settings(threads=1)).runtime.startswith("OpenVINO 20")


def test_the_bundled_model_reads_256_tokens_and_no_more() -> None:
    model = bundled.build(Settings())
    full = "word " * 254

    assert model.embed_query(full) @ model.embed_query(full + "and not a word about this") == pytest.approx(1, abs=1e-5)
    assert model.embed_query(full) @ model.embed_query("word " * 250 + "and about this") < 0.9999


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_of_the_bundled_model_is_noticed(tmp_path: Path, name: str) -> None:
    folder = a_copy_of_the_bundled_model(tmp_path)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(ModelUnavailable, match=rf"{name} is damaged.*install Footnote again"):
        bundled.BundledEmbeddingModel(folder, threads=1).embed_query("anything")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.json"])
def test_a_missing_file_of_the_bundled_model_is_named(tmp_path: Path, name: str) -> None:
    folder = a_copy_of_the_bundled_model(tmp_path)
    (folder / name).unlink()

    with pytest.raises(ModelUnavailable, match=name):
        bundled.BundledEmbeddingModel(folder, threads=1).embed_query("anything")


def test_other_weights_give_the_bundled_model_another_identity(tmp_path: Path) -> None:
    folder = a_copy_of_the_bundled_model(tmp_path)
    card = json.loads((folder / "model.json").read_text())
    card["sha256"]["model.onnx"] = "0" * 64
    (folder / "model.json").write_text(json.dumps(card))

    changed = bundled.BundledEmbeddingModel(folder, threads=1)

    assert changed.identity != bundled.build(Settings()).identity


def test_only_one_model_comes_with_the_desk() -> None:
    with pytest.raises(SettingsError, match="sentence_transformers:all-mpnet"):
        bundled.build(Settings(embedding_model="bundled:all-mpnet"))


def test_the_bundled_model_needs_no_torch() -> None:
    program = (
        "import sys; from app.knowledge.embedding_models import bundled; from app.settings import Settings;"
        "model = bundled.build(Settings()); assert 'openvino' not in sys.modules, 'loaded before it is needed';"
        "model.embed_query('hello'); assert not {'torch', 'transformers', 'onnx'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


# Models of sentence-transformers


@pytest.mark.full
def test_the_models_own_prompts_are_applied(tiny_bert: Path, settings: Callable[[str], Settings]) -> None:
    from sentence_transformers import SentenceTransformer

    choice = f"sentence_transformers:{tiny_bert}"
    model: EmbeddingModel = plugins.build(MODELS, choice, settings(choice))
    raw = SentenceTransformer(str(tiny_bert))
    query, document = raw.encode(["query: leave", "passage: leave"], normalize_embeddings=True, prompt="")

    assert (model.identity.query_prompt, model.identity.document_prompt) == ("query: ", "passage: ")
    assert model.embed_query("leave") @ query == pytest.approx(1, abs=1e-5)
    assert model.embed_documents(["leave"])[0] @ document == pytest.approx(1, abs=1e-5)


@pytest.mark.full
def test_other_weights_give_another_identity(tmp_path: Path, settings: Callable[[str], Settings]) -> None:
    identities = []
    for seed in (1, 2):
        folder = save_tiny_bert(tmp_path / str(seed), seed).rename(tmp_path / "model")
        choice = f"sentence_transformers:{folder}"
        identities.append(plugins.build(MODELS, choice, settings(choice)).identity)
        shutil.rmtree(folder)

    assert identities[0].name == identities[1].name
    assert identities[0].file_hash != identities[1].file_hash


def test_without_the_extra_the_message_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['sentence_transformers'] = None;"
        "from app.knowledge.embedding_models.sentence_transformers import SentenceTransformersEmbeddingModel as Model;"
        "from app.errors import FootnoteError\n"
        "try: Model('any/model', threads=1).embed_query('hello')\n"
        "except FootnoteError as problem: print(problem)"
    )

    said = subprocess.run([sys.executable, "-c", program], check=True, timeout=60, capture_output=True, text=True)

    assert said.stdout == "any/model needs sentence-transformers; pip install 'footnote[models]'\n"


@pytest.mark.full
def test_a_folder_without_a_model_is_named(tmp_path: Path, settings: Callable[[str], Settings]) -> None:
    choice = f"sentence_transformers:{tmp_path}"

    with pytest.raises(ModelUnavailable, match="cannot be opened") as problem:
        plugins.build(MODELS, choice, settings(choice)).embed_query("anything")

    assert_one_line(problem.value)


def test_a_model_of_sentence_transformers_must_be_named(settings: Callable[[str], Settings]) -> None:
    with pytest.raises(SettingsError, match="name one"):
        plugins.build(MODELS, "sentence_transformers", settings("sentence_transformers"))


# Served models


@pytest.fixture(params=SERVED)
def served(request: pytest.FixtureRequest, settings: Callable[[str], Settings]) -> EmbeddingModel:
    model: EmbeddingModel = plugins.build(MODELS, request.param, settings(request.param))
    return model


def test_a_refused_key_says_which_setting_to_check(served: EmbeddingModel, server: EmbeddingServer) -> None:
    server.statuses = [401]

    with pytest.raises(ServiceUnavailable, match=r"refused the key.*check (OPENAI|JINA)_API_KEY") as problem:
        served.embed_query("anything")

    assert_one_line(problem.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [404, 400, 429, 500])
def test_an_error_of_the_server_is_one_line(served: EmbeddingModel, server: EmbeddingServer, status: int) -> None:
    server.statuses = [status]

    with pytest.raises(ServiceUnavailable) as problem:
        served.embed_query("anything")

    assert_one_line(problem.value)


@pytest.mark.parametrize("adapter", SERVED)
def test_a_server_that_is_away_is_named(adapter: str) -> None:
    nobody = "http://127.0.0.1:9/v1"
    settings = Settings(embedding_model=adapter, openai_base_url=nobody, jina_base_url=nobody, jina_api_key="right")

    with pytest.raises(ServiceUnavailable, match=r"no answer at http://127\.0\.0\.1:9/v1") as problem:
        plugins.build(MODELS, adapter, settings).embed_query("anything")

    assert_one_line(problem.value)


def test_vectors_of_another_length_than_before_are_refused(served: EmbeddingModel, server: EmbeddingServer) -> None:
    served.embed_query("the first call decides")
    server.dimensions = 7

    with pytest.raises(ServiceUnavailable, match="7 dimensions where 16 were expected") as problem:
        served.embed_documents(["anything"])

    assert_one_line(problem.value)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"<html>not JSON</html>",
        b'{"data": []}',
        b'{"data": null}',
        b'{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": ["x"]}]}',
        b'{"data": [{"index": 0, "embedding": [NaN, 1.0]}]}',
    ],
)
def test_nonsense_is_refused(served: EmbeddingModel, server: EmbeddingServer, nonsense: bytes) -> None:
    server.sends = nonsense

    with pytest.raises(ServiceUnavailable) as problem:
        served.embed_documents(["anything"])

    assert_one_line(problem.value)


def test_what_may_pass_is_tried_again(served: EmbeddingModel, server: EmbeddingServer) -> None:
    server.statuses = [503, 200]

    assert served.embed_query("anything").shape == (16,)


def test_many_texts_go_in_batches_that_any_server_takes(served: EmbeddingModel, server: EmbeddingServer) -> None:
    served.embed_documents([f"text {number}" for number in range(100)])

    sent = [wanted["input"] for wanted in server.asked[1:]]
    assert [len(batch) for batch in sent] == [32, 32, 32, 4]


@pytest.mark.parametrize("adapter", SERVED)
def test_shorter_vectors_are_asked_of_the_server(
    adapter: str, settings: Callable[..., Settings], server: EmbeddingServer
) -> None:
    model: EmbeddingModel = plugins.build(MODELS, adapter, settings(adapter, embedding_dimensions=8))

    assert model.embed_query("anything").shape == (8,)
    assert model.identity.dimensions == 8
    assert {wanted["dimensions"] for wanted in server.asked} == {8}


def test_a_served_model_goes_by_its_name(settings: Callable[[str], Settings], server: EmbeddingServer) -> None:
    model: EmbeddingModel = plugins.build(MODELS, "openai_compatible:bge-m3", settings("openai_compatible:bge-m3"))

    model.embed_query("anything")

    assert model.identity.name == "openai_compatible:bge-m3"
    assert {wanted["model"] for wanted in server.asked} == {"bge-m3"}
    assert set(server.keys) == {"right"}


def test_jinas_queries_and_documents_go_through_their_own_adapters(
    settings: Callable[[str], Settings], server: EmbeddingServer
) -> None:
    model = jina.build(settings("jina"))

    model.embed_query("a query")
    model.embed_documents(["a document"])

    tasks = {wanted["input"][0]: wanted["task"] for wanted in server.asked}
    assert tasks["a query"] == model.identity.query_prompt == "retrieval.query"
    assert tasks["a document"] == model.identity.document_prompt == "retrieval.passage"


def test_jina_without_a_key_says_so() -> None:
    with pytest.raises(SettingsError, match="JINA_API_KEY"):
        jina.build(Settings(embedding_model="jina", jina_api_key=""))


def assert_one_line(problem: FootnoteError) -> None:
    assert "\n" not in str(problem)
    assert len(str(problem)) < 400


def a_copy_of_the_bundled_model(folder: Path) -> Path:
    return Path(shutil.copytree(str(files("models") / "embedding"), folder / "embedding"))
