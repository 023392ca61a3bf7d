"""Run by Alembic, on the connection and in the transaction that `targets.migrations.upgrade` hands over."""

from alembic import context

from targets.schema import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
