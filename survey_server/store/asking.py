"""Questions of one round trip, as the intake role and outside any transaction of the request.

They are what tablets ask most: who they are, whether an interview may be kept, what is new. So they
have connections of their own, on which each question is prepared once and then asked by its name:
what a cursor does beside that costs as much as the asking.
"""

import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, event

from survey_server.store.base import ASKING, db

Row = tuple[Any, ...]

# Each question is prepared for each size of number that it is asked with.
MOST_PREPARED = 100
# Classes of states in which a server ends its connections: 57P01 to 57P05.
_SERVER_GOES = "57P"
_PARAMETER = re.compile(r"%\((\w+)\)s|%(.)", re.DOTALL)


def ask(question: str, parameters: Mapping[str, object]) -> Row | None:
    """The first row, or none; `question` has its parameters as %(name)s, and %% for %.

    Connections that died with PostgreSQL are noticed when they are used, and all replaced.
    """
    try:
        return _ask_once(question, parameters)
    except psycopg.OperationalError as failure:
        # What the server itself refuses (a lock held for long, a full disk) it would refuse again.
        if failure.sqlstate is not None and not failure.sqlstate.startswith(_SERVER_GOES):
            raise
    db.engines[ASKING].dispose()
    return _ask_once(question, parameters)


@dataclass(frozen=True, slots=True)
class _Statement:
    """As PostgreSQL spells it: $1 for the first of `names`."""

    text: bytes
    names: tuple[str, ...]
    formats: tuple[PyFormat, ...]


@lru_cache(maxsize=MOST_PREPARED)
def _statement(question: str) -> _Statement:
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        name, other = found.groups()
        if name is None:
            if other != "%":
                raise ValueError(f"no parameter: %{other}")
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    text = _PARAMETER.sub(numbered, question)
    return _Statement(text.encode(), tuple(names), (PyFormat.AUTO,) * len(names))


class Line:
    """A connection, and what is prepared on it. For one thread at a time."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._wire = connection.pgconn
        self._spelling = Transformer(connection)
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}

    def ask(self, question: str, parameters: Mapping[str, object]) -> Row | None:
        statement, spelling = _statement(question), self._spelling
        asked = [parameters[name] for name in statement.names]
        # None stands for NULL, which psycopg's own annotations forget.
        values: Any = spelling.dump_sequence(asked, statement.formats)
        name = self._prepared.get((statement.text, spelling.types or ()))
        if name is None:
            name = self._prepare(statement.text, spelling.types or ())
        answer = self._wire.exec_prepared(name, values, spelling.formats)
        if answer.status != ExecStatus.TUPLES_OK:
            raise self._failure(answer)
        if not answer.ntuples:
            return None
        spelling.set_pgresult(answer)
        return spelling.load_row(0, tuple)

    def close(self) -> None:
        self._connection.close()

    def _prepare(self, text: bytes, types: tuple[int, ...]) -> bytes:
        if len(self._prepared) >= MOST_PREPARED:
            self._prepared.clear()
            self._require(self._wire.exec_(b"DEALLOCATE ALL"))
        name = b"question_%d" % len(self._prepared)
        self._require(self._wire.prepare(name, text, types))
        self._prepared[text, types] = name
        return name

    def _require(self, answer: Any) -> None:
        if answer.status != ExecStatus.COMMAND_OK:
            raise self._failure(answer)

    def _failure(self, answer: Any) -> psycopg.Error:
        failure = psycopg.errors.error_from_result(answer, self._connection.info.encoding)
        if failure.sqlstate is None:
            # Not PostgreSQL says so, but what talks to it: it hangs up, or makes no sense.
            return psycopg.OperationalError("the connection to PostgreSQL is lost")
        return failure


def _ask_once(question: str, parameters: Mapping[str, object]) -> Row | None:
    engine = db.engines[ASKING]
    idle = _idle.setdefault(engine, deque())
    line = _one_of(idle) or _connected(engine)
    try:
        row = line.ask(question, parameters)
    except psycopg.OperationalError:
        line.close()
        raise
    except psycopg.Error:
        idle.append(line)
        raise
    idle.append(line)
    return row


# Lines that nobody is asking on: SQLAlchemy's own pool costs a tenth of what is asked.
_idle: WeakKeyDictionary[Engine, deque[Line]] = WeakKeyDictionary()


def _one_of(idle: deque[Line]) -> Line | None:
    """The one that was used last, whose caches are warm."""
    with suppress(IndexError):
        return idle.pop()
    return None


def _connected(engine: Engine) -> Line:
    """As many as there are threads that ask at once."""
    made = engine.raw_connection()
    connection: Any = made.driver_connection
    made.detach()
    return Line(connection)


@event.listens_for(Engine, "engine_disposed")
def _close_idle(engine: Engine) -> None:
    idle = _idle.get(engine, deque())
    while (line := _one_of(idle)) is not None:
        line.close()
