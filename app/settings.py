"""Every setting in one frozen class. The environment and footnote.toml are read here and nowhere else."""

import os
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.errors import SettingsError


class Settings(BaseSettings):
    """`FOOTNOTE_NAME` in the environment wins over `name` in footnote.toml, which wins over the default here."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTE_", toml_file="footnote.toml", frozen=True, extra="forbid", populate_by_name=True
    )

    data: Path = Path(".footnote")  # the data folder: catalog, indexes, locks; everything but the articles
    catalog_url: str = ""  # empty: SQLite in the data folder; postgresql+psycopg://... for a shared catalog
    chroma_url: str = ""  # empty: a server of our own on loopback; http://host:8000 for one that others run
    public_url: str = ""  # where links to sources and answers point, when people open them from elsewhere

    language_model: str = "extractive"  # who words the answer; a comma-separated list is tried in order
    embedding_model: str = "bundled"  # what meaning is measured with; a change needs `footnote index migrate`
    embedding_dimensions: int = Field(0, ge=0)  # shorter vectors, where the model was trained for it; 0: its own length
    vector_store: str = "chroma"  # where vectors are searched; `exact` scans the catalog, good to ~50,000 chunks
    lexical_index: str = "tantivy"  # where words are searched; `rank_bm25` keeps all in memory, for small sets
    reranker: str = "none"  # a second, slower look at the order of passages

    chunk_tokens: int = Field(200, ge=32, le=8192)  # longer keeps context together, shorter cites more exactly
    candidates: int = Field(100, ge=1, le=1000)  # wide: what each leg of retrieval hands to fusion
    fusion: str = "per_query"  # how both legs become one order: per_query, rrf, or the share of meaning, such as 0.4
    reranked: int = Field(20, ge=1, le=200)  # how many of the fused the reranker reads
    passages_read: int = Field(5, ge=1, le=50)  # narrow: what the writer gets to read

    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)  # for the bundled models
    answer_seconds: float = Field(30.0, gt=0)  # an answer that takes longer is cut off with an honest note
    openai_base_url: str = Field(
        "https://api.openai.com/v1", validation_alias=AliasChoices("FOOTNOTE_OPENAI_BASE_URL", "OPENAI_BASE_URL")
    )
    openai_api_key: str = Field(
        "", validation_alias=AliasChoices("FOOTNOTE_OPENAI_API_KEY", "OPENAI_API_KEY"), repr=False
    )
    openai_model: str = "gpt-4.1-mini"  # which model of the OpenAI-compatible server writes
    jina_base_url: str = "https://api.jina.ai/v1"  # another address for a proxy that speaks the same API
    jina_api_key: str = Field("", validation_alias=AliasChoices("FOOTNOTE_JINA_API_KEY", "JINA_API_KEY"), repr=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read(**given: Any) -> Settings:
    """Settings from the arguments, the environment and footnote.toml.

    Raises:
        SettingsError: lists every wrong setting at once.
    """
    try:
        return Settings(**given)
    except ValidationError as problem:
        wrong = (f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in problem.errors())
        raise SettingsError("settings are wrong: " + "; ".join(wrong)) from problem
