"""What the tests of the catalog begin with: an empty one, with a live version of the hashing model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.knowledge.catalog import Catalog
from tests.builders import Opened, a_catalog


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    catalog, version = a_catalog(tmp_path)
    yield catalog, version
    catalog.close()


@pytest.fixture
def catalog(opened: Opened) -> Catalog:
    return opened[0]
