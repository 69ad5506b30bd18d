"""What every table shares: the metadata, the names of constraints, the engine.

Edges open transactions through `db` (web) or `engine` (workers, commands); everything below them
takes the Session it is given and never commits.

What a request may see, PostgreSQL limits too (row-level security, migration 0011). At the begin of
every transaction of `db` it is told who looks and at which areas, for that transaction alone: the
next one that uses the connection finds nothing set, and sees nothing. Tablets' requests go through
a role of their own, `intake`, which looks at no area and reads no derived table.

What tablets ask most has connections of its own (asking.py), so that no request that needs no more
begins a transaction.
"""

from dataclasses import dataclass
from typing import Any

from flask import g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, SessionTransaction

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


INTAKE = "intake"
ASKING = "asking"
_SHOW = text("SELECT look_as(:person, CAST(:areas AS integer[]))")


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks, and the areas that they may see with everything below."""

    person: int
    areas: tuple[int, ...]


class WebSession(FlaskSession):
    """As the web role, within the sight of the request; or as the intake role.

    To let go of what was not committed succeeds also where the database died since the last
    statement: it has let go of it already, and the answer of the request stands.
    """

    def rollback(self) -> None:
        try:
            super().rollback()
        except DBAPIError:
            self.invalidate()

    def close(self) -> None:
        try:
            super().close()
        except DBAPIError:
            self.invalidate()

    def get_bind(self, *of_what: Any, **how: Any) -> Engine | Connection:
        if has_app_context() and g.get("as_intake"):
            return db.engines[INTAKE]
        return super().get_bind(*of_what, **how)


db = SQLAlchemy(model_class=Base, session_options={"class_": WebSession})


@event.listens_for(WebSession, "after_begin")
def _show(session: WebSession, transaction: SessionTransaction, connection: Connection) -> None:
    sight: Sight | None = g.get("sight") if has_app_context() else None
    if sight is not None and not g.get("as_intake"):
        connection.execute(_SHOW, {"person": sight.person, "areas": list(sight.areas)})


def look_as(sight: Sight | None) -> None:
    """For the rest of this request; what its session has begun is ended."""
    _end_what_began()
    g.sight = sight


def look_as_intake(yes: bool) -> None:
    """For the rest of this request; what its session has begun is ended."""
    _end_what_began()
    g.as_intake = yes


def _end_what_began() -> None:
    if db.session.registry.has():
        db.session.rollback()


def binds(intake_url: str, pool_size: int) -> dict[str, dict[str, object]]:
    """What `db` connects to beside the database as the web role."""
    intake = {"url": intake_url, **engine_options(pool_size, WEB_OPTIONS)}
    asking = {
        **intake,
        "pool_pre_ping": False,
        "pool_reset_on_return": None,
        "connect_args": {"options": WEB_OPTIONS, "connect_timeout": 5, "autocommit": True},
    }
    return {INTAKE: intake, ASKING: asking}


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
