"""The only place where parts are chosen and wired. Each part is built when it is first asked for, and only then."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from threading import RLock
from types import TracebackType
from typing import Any, TypeVar, cast

from app import plugins
from app.answering.briefing import Prompts
from app.answering.desk import Desk
from app.answering.fusion import fusion_named
from app.answering.reader import Reader, open_reader
from app.answering.retrieval import Retrieval
from app.answering.support import SupportCheck
from app.answering.writing import chain
from app.errors import FootnoteError
from app.knowledge import chroma_server
from app.knowledge.audit import AuditReport, RepairReport, audit, repair
from app.knowledge.catalog import Catalog
from app.knowledge.embedding_models import EmbeddingModel
from app.knowledge.index import KnowledgeIndex
from app.knowledge.lexical_indexes import LexicalIndex
from app.knowledge.publishing import publish
from app.knowledge.vector_stores import VectorStore
from app.knowledge.vector_stores.exact import ExactVectorStore
from app.knowledge.versions import IndexRecipe, IndexVersion, chunker_of, refuse_mismatch
from app.settings import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Parts:
    """All parts of one desk, over one data folder. Safe between threads; close it, or use it as a context manager.

    Args:
        lasting: True for a process that stays (serve, worker): it counts on Chroma and says when it is away. A
            command that runs once uses a server that is there and scans the catalog exactly when there is none.
        open_catalog: what opens the catalog at an address; evals bring one that can leave articles out.
        open_reader: what opens the bundled reader; evals bring one that keeps what it has read.
    """

    def __init__(
        self,
        settings: Settings,
        lasting: bool = False,
        open_catalog: Callable[[str], Catalog] = Catalog.open,
        open_reader: Callable[[Settings], Reader] = open_reader,
    ) -> None:
        self.settings = settings
        self._lasting = lasting
        self._catalog_at = open_catalog
        self._reader_for = open_reader
        self._building = RLock()
        self._built: dict[str, Any] = {}
        self._opened = ExitStack()

    def __enter__(self) -> "Parts":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop and close what was opened, last first. Twice is no error."""
        self._opened.close()

    @property
    def catalog(self) -> Catalog:
        return self._once("catalog", self._open_catalog)

    @property
    def embedding_model(self) -> EmbeddingModel:
        model: EmbeddingModel = self._once("embedding model", lambda: self._adapter("knowledge.embedding_models"))
        return model

    @property
    def version(self) -> IndexVersion:
        """The live index version, for whoever embeds: articles into it or questions for it.

        Raises:
            VersionMismatch: the settings name another recipe than the one the live index was made with.
        """
        return self._once("version", self._checked_version)

    @property
    def live_version(self) -> IndexVersion:
        """The one that is live just now, whatever the settings ask for; the first one is made here, as they ask."""
        live = self.catalog.live_version()
        while live is None:
            self.catalog.add_version(self.recipe)
            live = self.catalog.live_version()  # of the process that was first
        return live

    @property
    def recipe(self) -> IndexRecipe:
        """What the settings ask for. Loads the model as far as it has to, to say who it is."""
        return IndexRecipe(self.embedding_model.identity, chunker_of(self.settings.chunk_tokens))

    @property
    def vector_store(self) -> VectorStore:
        return self.vector_store_of(self.live_version)

    @property
    def lexical_index(self) -> LexicalIndex:
        return self.lexical_index_of(self.live_version)

    @property
    def reader(self) -> Reader:
        """The one small network that reranks, reads and checks; its files are read when it is first asked."""
        return self._once("reader", lambda: self._reader_for(self.settings))

    @property
    def index(self) -> KnowledgeIndex:
        """The one door to search."""
        return self._once("index", self._wire_index)

    @property
    def desk(self) -> Desk:
        return self._once("desk", self._wire_desk)

    def start_chroma(self) -> None:
        """Make sure that the chosen vector store has its server; ours is stopped by `close`.

        A server that was not stopped cleanly the last time is compared with the catalog, and mended, before it is
        trusted; until then the exact scan answers.

        Raises:
            ServiceUnavailable: it does not start; the message says why.
        """
        if plugins.adapter_of(self.settings.vector_store) != "chroma" or self.settings.chroma_url:
            return
        with self._building:
            if "chroma" in self._built:
                return
            catalog = self.catalog  # opened first, so that it is closed last
            after_restart = self._mend if self._lasting else None
            server = chroma_server.start(self.settings.data, after_restart)
            self._opened.callback(server.stop)
            self._built["chroma"] = server
        if not server.clean and catalog.live_version() is not None:
            self._mend()

    def vector_store_of(self, version: IndexVersion) -> VectorStore:
        name = f"vector store of version {version.id}"
        store: VectorStore = self._once(name, lambda: self._open_index("vector_stores", version))
        return store

    def lexical_index_of(self, version: IndexVersion) -> LexicalIndex:
        name = f"lexical index of version {version.id}"
        index: LexicalIndex = self._once(name, lambda: self._open_index("lexical_indexes", version))
        return index

    def publish(self) -> int:
        """Tell both indexes what has changed; rows told. Without a server, vectors wait for one and words go out."""
        live = self.live_version
        store = self.vector_store_of(live) if self._has_store() else None
        return publish(self.catalog, live, store, self.lexical_index_of(live))

    def audit(self) -> AuditReport:
        """Compare catalog, vector store and lexical index, id by id, after publishing what waits."""
        self.publish()
        live = self.live_version
        return audit(self.catalog, live, self.vector_store_of(live), self.lexical_index_of(live))

    def repair(self, from_scratch: bool = False) -> RepairReport:
        """Bring both indexes in step with the catalog; afterwards the server is trusted again. Embeds nothing."""
        run = chroma_server.run_of(self.settings.data)
        live = self.live_version
        store, lexical = self.vector_store_of(live), self.lexical_index_of(live)
        report = repair(self.catalog, live, store, lexical, from_scratch)
        if self._has_own_server():
            chroma_server.trust(self.settings.data, run)
        return report

    def _mend(self) -> None:
        """After an unclean stop: nothing it holds is taken on trust."""
        try:
            report = self.repair()
            logger.warning("Chroma had stopped in the midst of its work; repaired: %s", report)
        except FootnoteError as problem:
            logger.error("Chroma could not be repaired, the exact scan answers: %s", problem)

    def _once(self, name: str, build: Callable[[], T]) -> T:
        with self._building:
            if name not in self._built:
                self._built[name] = build()
            return cast(T, self._built[name])

    def _adapter(self, port: str, *parts: Any) -> Any:
        """The port's setting is named like its folder, in the singular."""
        setting = port.rpartition(".")[2].removesuffix("es" if port.endswith("indexes") else "s")
        return plugins.build(f"app.{port}", getattr(self.settings, setting), self.settings, *parts)

    def _open_catalog(self) -> Catalog:
        url = self.settings.catalog_url or f"sqlite:///{self.settings.data.resolve() / 'catalog.sqlite'}"
        catalog = self._catalog_at(url)
        self._opened.callback(catalog.close)
        return catalog

    def _checked_version(self) -> IndexVersion:
        live = self.live_version
        refuse_mismatch(live, self.recipe)
        return live

    def _open_index(self, port: str, version: IndexVersion) -> Any:
        index = self._adapter(f"knowledge.{port}", version, self.catalog)
        self._opened.callback(index.close)
        return index

    def _wire_index(self) -> KnowledgeIndex:
        version = self.version
        store = self.vector_store_of(version) if self._has_store() else None
        words, exact = self.lexical_index_of(version), ExactVectorStore(self.catalog, version)
        return KnowledgeIndex(self.catalog, version, self.embedding_model, store, words, exact)

    def _wire_desk(self) -> Desk:
        settings = self.settings
        retrieval = Retrieval(
            self.catalog,
            self.version,
            self.index,
            self.embedding_model,
            fusion_named(settings.fusion),
            self._adapter("answering.rerankers", self.reader),
            candidates=settings.candidates,
            reranked=settings.reranked,
            read=settings.passages_read,
        )
        recipe, models = self.version.recipe, chain(settings)
        desk = Desk(
            self.catalog,
            retrieval,
            self.embedding_model,
            models,
            Prompts.load(settings.prompts, [model.limits.variant for model in models]),
            versions={
                "embedding_model": recipe.embedding.name,
                "chunker": recipe.chunker,
                "index": str(self.version.id),
                "fusion": settings.fusion,
                "reranker": settings.reranker,
            },
            seconds=settings.answer_seconds,
            drops_unsupported=settings.unsupported == "drop",
            check=SupportCheck(self.reader if plugins.adapter_of(settings.reranker) == "bundled" else None),
        )
        self._opened.callback(desk.close)
        return desk

    def _has_store(self) -> bool:
        return self._lasting or not self._has_own_server() or chroma_server.running(self.settings.data) is not None

    def _has_own_server(self) -> bool:
        return plugins.adapter_of(self.settings.vector_store) == "chroma" and not self.settings.chroma_url
