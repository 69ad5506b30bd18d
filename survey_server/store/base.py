"""What every table shares: the metadata, the names of constraints, the engine.

Edges open transactions through `db` (web) or `engine` (workers, commands); everything below them
takes the Session it is given and never commits.
"""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, create_engine
from sqlalchemy.orm import DeclarativeBase

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# A lock that somebody holds for longer ends in a refusal that says "again later", never in a
# thread that hangs: tablets repeat, and threads are few.
# An acknowledgement is a promise, so a commit waits for the disk whatever the database's default.
WEB_OPTIONS = "-c lock_timeout=5s -c statement_timeout=15s -c timezone=UTC -c synchronous_commit=on"
WORKER_OPTIONS = "-c lock_timeout=30s -c statement_timeout=300s -c timezone=UTC"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONVENTION)


db = SQLAlchemy(model_class=Base)


def engine_options(pool_size: int, options: str) -> dict[str, object]:
    """For SQLAlchemy. A connection that died with PostgreSQL is noticed and replaced."""
    return {
        "pool_size": pool_size,
        "max_overflow": 2,
        "pool_timeout": 5,
        "pool_pre_ping": True,
        # An error's text goes into logs; the answers it was about must not.
        "hide_parameters": True,
        "connect_args": {"options": options, "connect_timeout": 5},
    }


def engine(url: str, pool_size: int = 2, options: str = WORKER_OPTIONS) -> Engine:
    return create_engine(url, **engine_options(pool_size, options))
