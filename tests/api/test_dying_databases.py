"""An answer is given although the database dies before its transaction is let go of."""

import psycopg
from apiflask import APIFlask
from sqlalchemy import Engine, text

from survey_server import problems
from survey_server.api import errors
from survey_server.local.throwaway import ThrowawayServers
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
