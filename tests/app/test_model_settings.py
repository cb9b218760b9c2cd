"""What stands under [models] in footnote.toml reaches the right model, and no key reaches the wrong server."""

from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import ModelSettings, read

TOML = """
language_model = "openai:cloud, openai:cellar"

[models."openai:cloud"]
model = "gpt-4.1-mini"
api_key_from = "CLOUD_KEY"
context_tokens = 32000

[models."openai:cellar"]
base_url = "http://localhost:11434/v1"
temperature = 0.5
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_model_has_a_section_of_its_own(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "footnote.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.setenv("CLOUD_KEY", "secret-of-the-cloud")

    settings = read()

    cloud, cellar = settings.of_model("openai:cloud"), settings.of_model("openai:cellar")
    assert (cloud.model, cloud.api_key, cloud.context_tokens) == ("gpt-4.1-mini", "secret-of-the-cloud", 32000)
    assert (cellar.base_url, cellar.temperature, cellar.api_key) == ("http://localhost:11434/v1", 0.5, "")
    assert settings.of_model("openai:other") == ModelSettings()
    assert "secret" not in repr(settings)


def test_a_key_that_is_not_in_the_environment_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "footnote.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.delenv("CLOUD_KEY", raising=False)

    with pytest.raises(SettingsError, match="CLOUD_KEY, which is not set"):
        read()


def test_a_slip_of_the_pen_in_a_section_is_named(here: Path) -> None:
    (here / "footnote.toml").write_text('[models."openai:x"]\ncontext = 9\n', encoding="utf-8")

    with pytest.raises(SettingsError, match="context"):
        read()


def test_the_environment_takes_sections_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_MODELS", '{"openai:x": {"context_tokens": 4096, "temperature": null}}')

    assert read().of_model("openai:x") == ModelSettings(context_tokens=4096, temperature=None)
