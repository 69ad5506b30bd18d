"""An answer is given although the database dies before its transaction is let go of."""

import psycopg
import pytest
from apiflask import APIFlask
from sqlalchemy import Engine, text

from survey_server import problems
from survey_server.api import errors
from survey_server.local.throwaway import ThrowawayServers
from survey_server.store.asking import ask
from survey_server.store.base import db

WAIT_MILLISECONDS = 10_000


def end_connection(servers: ThrowawayServers) -> None:
    """Of this request, in the middle of a transaction."""
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(servers.postgres.url("postgres")) as superuser:
        ended = "SELECT pg_terminate_backend(%s, %s)"
        assert superuser.execute(ended, (pid, WAIT_MILLISECONDS)).fetchone() == (True,)


def test_what_was_refused_is_told_where_the_connection_dies_meanwhile(
    app: APIFlask, database: Engine, servers: ThrowawayServers
) -> None:
    with app.test_request_context("/api/v1/sessions", method="POST"):
        end_connection(servers)
        response = errors.answer(problems.AuditUnavailable())
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert db.session.scalar(text("SELECT 1")) == 1


def test_an_answer_stands_where_the_connection_dies_after_it(
    app: APIFlask, database: Engine, servers: ThrowawayServers
) -> None:
    with app.test_request_context("/api/v1/coverage"):
        end_connection(servers)
    with app.test_request_context("/api/v1/coverage"):
        assert db.session.scalar(text("SELECT 1")) == 1


def backend_that_asks() -> int:
    row = ask("SELECT pg_backend_pid()", {})
    assert row is not None
    return int(row[0])


def test_questions_go_by_the_same_connection_until_it_dies(
    app: APIFlask, database: Engine, servers: ThrowawayServers
) -> None:
    with app.app_context():
        backend = backend_that_asks()
        assert backend_that_asks() == backend
        with pytest.raises(psycopg.errors.UndefinedTable):
            ask("SELECT FROM none_of_this_name", {})
        assert backend_that_asks() == backend
        with psycopg.connect(servers.postgres.url("postgres")) as superuser:
            ended = "SELECT pg_terminate_backend(%s, %s)"
            assert superuser.execute(ended, (backend, WAIT_MILLISECONDS)).fetchone() == (True,)
        assert backend_that_asks() != backend


def test_connections_for_questions_are_closed_with_the_others(
    app: APIFlask, database: Engine, servers: ThrowawayServers
) -> None:
    with app.app_context():
        backend = backend_that_asks()
        for one in db.engines.values():
            one.dispose()
        assert backend_that_asks() != backend
