"""Migrations run as the owner of the tables, one at a time, and never wait long for a lock."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text

from survey_server.store.base import Base

# Two processes that start at once must not both migrate.
ONE_AT_A_TIME = 7_302_511


def run() -> None:
    engine = create_engine(
        current_app.config["OWNER_DATABASE_URL"], connect_args={"options": "-c lock_timeout=10s"}
    )
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
