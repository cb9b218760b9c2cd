"""Whatever is done in whatever order, the catalog says what a plain dictionary would."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.knowledge.articles import Article, Asker, chunk_id
from app.knowledge.catalog import PUT, TARGETS, Catalog
from tests.builders import a_catalog, publish_article

IDS = st.sampled_from(["a", "b", "c"])
AUDIENCES = st.sampled_from([("public",), ("staff",), ("staff", "board")])
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), max_size=4)
ASKERS = [Asker(), Asker.of(["staff"]), Asker.of(["board"])]


@dataclass
class Plain:
    """What should be so: articles with their texts, how far each id has counted, and what each index was told."""

    articles: dict[str, tuple[Article, list[str]]] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    indexes: dict[str, set[str]] = field(default_factory=lambda: {target: set() for target in TARGETS})

    def chunks(self, asker: Asker | None = None) -> dict[str, str]:
        return {
            chunk_id(article.id, article.revision, position): text
            for article, texts in self.articles.values()
            if asker is None or article.audiences & asker.audiences
            for position, text in enumerate(texts)
        }


class CatalogAgainstPlainModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.catalog, self.version = a_catalog(Path(self.folder.name))
        self.plain = Plain()

    def teardown(self) -> None:
        self.catalog.close()
        self.folder.cleanup()

    @rule(id_=IDS, texts=TEXTS, audiences=AUDIENCES)
    def replace(self, id_: str, texts: list[str], audiences: tuple[str, ...]) -> None:
        article = publish_article(self.catalog, self.version, id_, texts, title=id_, audiences=audiences)
        self.plain.revisions[id_] = self.plain.revisions.get(id_, 0) + 1
        assert article.revision == self.plain.revisions[id_]
        self.plain.articles[id_] = (article, texts)

    @precondition(lambda self: self.plain.articles)
    @rule(data=st.data(), audiences=AUDIENCES, title=st.text(st.characters(codec="utf-8"), max_size=5))
    def update(self, data: st.DataObject, audiences: tuple[str, ...], title: str) -> None:
        article, texts = self.plain.articles[data.draw(st.sampled_from(sorted(self.plain.articles)))]
        changed = replace(article, audiences=frozenset(audiences), title=title)
        self.catalog.update_article(changed, sha256(title.encode()).hexdigest())
        self.plain.articles[article.id] = (changed, texts)

    @precondition(lambda self: self.plain.articles)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.plain.articles)))
        self.catalog.remove_article(id_)
        del self.plain.articles[id_]

    @rule(target_=st.sampled_from(TARGETS), limit=st.integers(1, 5))
    def publish_some(self, target_: str, limit: int) -> None:
        rows = self.catalog.pending(self.version, target_, limit)
        for row in rows:
            change = self.plain.indexes[target_].add if row.operation == PUT else self.plain.indexes[target_].discard
            change(row.chunk_id)
        self.catalog.settle(target_, [row.seq for row in rows])

    @rule()
    def reopen(self) -> None:
        self.catalog.close()
        self.catalog = Catalog.open(f"sqlite:///{self.folder.name}/catalog.sqlite")

    @invariant()
    def articles_are_those_of_the_model(self) -> None:
        expected = {article.id: article for article, _ in self.plain.articles.values()}
        assert {article.id: article for article in self.catalog.articles(None)} == expected
        for id_ in ("a", "b", "c"):
            seen = self.catalog.seen(id_)
            assert (seen.article if seen else None) == expected.get(id_)
            assert self.catalog.next_revision(id_) == self.plain.revisions.get(id_, 0) + 1

    @invariant()
    def every_asker_sees_the_chunks_of_the_model(self) -> None:
        ever = [
            chunk_id(id_, n, p) for id_, last in self.plain.revisions.items() for n in range(last + 1) for p in range(4)
        ]
        assert self.catalog.chunk_ids(self.version) == set(self.plain.chunks())
        for asker in ASKERS:
            resolved = self.catalog.resolve(self.version, ever, asker)
            assert {id_: chunk.text for id_, (chunk, _) in resolved.items()} == self.plain.chunks(asker)
            assert self.catalog.permitted(self.version, asker) == set(self.plain.chunks(asker))

    @invariant()
    def told_and_still_to_tell_make_the_model(self) -> None:
        for target, told in self.plain.indexes.items():
            index = set(told)
            for row in self.catalog.pending(self.version, target):
                (index.add if row.operation == PUT else index.discard)(row.chunk_id)
            assert index == set(self.plain.chunks())


TestCatalogAgainstPlainModel = CatalogAgainstPlainModel.TestCase
TestCatalogAgainstPlainModel.settings = settings(
    max_examples=5, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
