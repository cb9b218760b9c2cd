"""Alembic's door: runs the migrations on the connection that `app.knowledge.catalog.migrating` hands over."""

from alembic import context

# transactional_ddl: SQLite rolls back DDL as well, once BEGIN is ours (see database.py); Alembic assumes otherwise.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
