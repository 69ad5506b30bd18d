"""Questions on lines of their own: spelled, prepared, and asked again where PostgreSQL has died."""

import os
import signal
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from survey_server.local.postgres import PostgresServer
from survey_server.local.throwaway import remove
from survey_server.store import asking
from survey_server.store.asking import Line
from tests.living import wait_until


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One that may die."""
    folder = Path("/tmp") / f"survey-test-asking-{uuid.uuid4().hex[:8]}"
    server = PostgresServer(folder / "postgres", log=tmp_path_factory.mktemp("log") / "log")
    folder.mkdir(mode=0o711)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        remove(folder)


@pytest.fixture
def line(postgres: PostgresServer) -> Iterator[Line]:
    made = Line(psycopg.connect(postgres.url("postgres"), autocommit=True))
    yield made
    made.close()


def test_values_come_back_as_they_were_told(line: Line) -> None:
    told = {
        "number": 2**40,
        "text": "Nguyễn Thị Ánh 100%",
        "bytes": b"\x00\xff",
        "id": uuid.uuid4(),
        "at": datetime(2024, 4, 1, 12, 30, 15, 250, UTC),
        "list": [1, 2, 3],
        "nothing": None,
        "yes": True,
    }
    row = line.ask(
        "SELECT %(number)s::bigint, %(text)s::text, %(bytes)s::bytea, %(id)s::uuid,"
        " %(at)s::timestamptz, %(list)s::integer[], %(nothing)s::text, %(yes)s::boolean,"
        " %(number)s::bigint + 1, '%%'",
        told,
    )
    assert row == (*told.values(), 2**40 + 1, "%")


def test_no_row_is_none_and_of_many_the_first_comes(line: Line) -> None:
    assert line.ask("SELECT 1 WHERE %(no)s", {"no": False}) is None
    assert line.ask("SELECT generate_series(4, 9)", {}) == (4,)


def test_a_nul_is_refused_before_it_is_sent(line: Line) -> None:
    with pytest.raises(psycopg.DataError) as refused:
        line.ask("SELECT %(text)s::text", {"text": "before\0behind"})
    assert refused.value.sqlstate is None


def test_each_question_is_prepared_once_and_not_too_many_are(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_PREPARED", 5)
    count = "SELECT count(*) FROM pg_prepared_statements"
    for _ in range(3):
        assert line.ask("SELECT %(one)s::integer", {"one": 1}) == (1,)
    assert line.ask(count, {}) == (2,)
    for number in range(12):
        assert line.ask(f"SELECT {number}", {}) == (number,)
    (prepared,) = line.ask(count, {}) or (0,)
    assert 1 <= prepared <= 5


def test_what_is_no_parameter_is_an_error_of_whoever_wrote_the_question(line: Line) -> None:
    with pytest.raises(ValueError, match="no parameter"):
        line.ask("SELECT 'a' LIKE 'a%'", {})


def test_a_line_that_postgresql_refuses_something_on_goes_on(line: Line) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        line.ask("SELECT 1 / %(none)s::integer", {"none": 0})
    with pytest.raises(psycopg.errors.SyntaxError):
        line.ask("SELECT SELECT", {})
    assert line.ask("SELECT 1", {}) == (1,)


@pytest.mark.parametrize("how", ["crash", "stop"])
def test_a_line_that_is_lost_says_so_however_postgresql_died(
    postgres: PostgresServer, line: Line, how: str
) -> None:
    (backend,) = line.ask("SELECT pg_backend_pid()", {}) or (0,)
    if how == "crash":
        with psycopg.connect(postgres.url("postgres")) as other:
            os.kill(other.info.backend_pid, signal.SIGABRT)
    else:
        postgres.stop()
        postgres.start()
    wait_until(lambda: not Path(f"/proc/{backend}").exists() and is_up(postgres))
    with pytest.raises(psycopg.OperationalError):
        line.ask("SELECT 1", {})


def is_up(postgres: PostgresServer) -> bool:
    try:
        psycopg.connect(postgres.url("postgres")).close()
    except psycopg.OperationalError:
        return False
    return True
