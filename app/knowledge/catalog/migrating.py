"""Brings a catalog to the schema this code knows. Alembic is loaded only when there is something to do."""

from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from app.errors import DataFolderError

_MIGRATIONS = Path(str(resources.files("app.knowledge.catalog") / "migrations"))


def known_revisions() -> list[str]:
    """Oldest first: each file in migrations/versions is named `<revision>_<what it does>.py`."""
    return sorted(path.name.split("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Whether there is nothing to migrate.

    Raises:
        DataFolderError: a newer version of Footnote wrote this catalog.
    """
    revision = _revision(connection)
    if revision is not None and revision not in known_revisions():
        raise DataFolderError(
            f"this data folder was written by a newer version of Footnote (schema {revision}, "
            f"this version knows up to {known_revisions()[-1]}); upgrade Footnote, or choose another FOOTNOTE_DATA"
        )
    return revision == known_revisions()[-1]


def migrate(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction: all of it or nothing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
