"""A desk on real parts in a folder of its own: catalog, index, retrieval; only the embedding model is tiny."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app import plugins
from app.answering.answers import Turn
from app.answering.briefing import Prompts
from app.answering.desk import Desk
from app.answering.fusion import fuse
from app.answering.rerankers import Reranker
from app.answering.rerankers.none import NoReranker
from app.answering.retrieval import Retrieval
from app.knowledge.catalog import Catalog
from app.knowledge.index import KnowledgeIndex
from app.knowledge.vector_stores.exact import ExactVectorStore
from app.knowledge.versions import IndexVersion
from app.language_models import LanguageModel
from app.language_models.extractive import ExtractiveWriter
from app.settings import Settings
from tests.builders import HashingModel, a_catalog


@dataclass(frozen=True)
class TestDesk:
    """A desk and the parts that a test may want to change under its feet."""

    __test__ = False

    desk: Desk
    catalog: Catalog
    version: IndexVersion
    index: KnowledgeIndex


def a_desk(
    folder: Path,
    *models: LanguageModel,
    reranker: Reranker | None = None,
    read: int = 5,
    seconds: float = 30.0,
    threshold: float = 0.0,
    words: str = "rank_bm25",
    drops_unsupported: bool = False,
) -> TestDesk:
    """The given models come first, the extractive writer last, as `writing.chain` has it.

    The threshold was fitted for the bundled embedding model, not for this tiny one: unless a test is about it,
    whatever is found is answered from.
    """
    catalog, version = a_catalog(folder)
    embedding_model = HashingModel()
    index = KnowledgeIndex(
        catalog,
        version,
        embedding_model,
        None,
        plugins.build("app.knowledge.lexical_indexes", words, Settings(data=folder), version, catalog),
        ExactVectorStore(catalog, version),
    )
    retrieval = Retrieval(
        catalog,
        version,
        index,
        embedding_model,
        fuse,
        reranker or NoReranker(),
        candidates=100,
        reranked=20,
        read=read,
    )
    desk = Desk(
        catalog,
        retrieval,
        embedding_model,
        [*models, ExtractiveWriter()],
        Prompts.load(variants=[model.limits.variant for model in models]),
        versions={"embedding": "hashing"},
        seconds=seconds,
        drops_unsupported=drops_unsupported,
        threshold=threshold,
    )
    return TestDesk(desk, catalog, version, index)


def turns(*pairs: tuple[str, str]) -> Sequence[Turn]:
    return [Turn(question, answer) for question, answer in pairs]
