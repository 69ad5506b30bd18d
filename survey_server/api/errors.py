"""Writes problems out as RFC 9457 documents, in the language that was asked for.

What goes wrong below, a dead database or a full disk, becomes the problem that tells the tablet
whether to try again. No driver's text, SQL, stack trace or personal data leaves the server.
"""

from typing import Any

import psycopg.errors
import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, g, json, request
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from survey_server import problems
from survey_server.problems import Problem
from survey_server.store.base import db

log = structlog.get_logger()

API_PREFIX = "/api/"
MACHINE_PATHS = ("/healthz", "/readyz")
DEFAULT_RETRY_AFTER = 30
RETRY_SPREAD = 60

_OF_STATUS = {
    one.status: one
    for one in (
        problems.BadRequest,
        problems.NotFound,
        problems.MethodNotAllowed,
        problems.NotAcceptable,
        problems.LengthRequired,
        problems.BodyTooLarge,
        problems.UnsupportedMediaType,
        problems.ValidationFailed,
        problems.RateLimited,
    )
}


def register(app: APIFlask) -> None:
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(PoolTimeout, lambda _: answer(problems.Overloaded()))
    app.register_error_handler(RedisError, lambda _: answer(problems.QueueUnavailable()))
    app.register_error_handler(Exception, _answer_unexpected)
    app.error_processor(_answer_validation)


def speaks_json() -> bool:
    """Pages have their own way of telling a problem; everything else speaks JSON."""
    return request.path.startswith(API_PREFIX) or request.path in MACHINE_PATHS


def answer(problem: Problem) -> Response:
    db.session.rollback()
    if not speaks_json() and (page := g.get("problem_page")):
        written: Response = page(problem)
        return written
    response = Response(
        json.dumps(document(problem), ensure_ascii=False),
        problem.status,
        mimetype="application/problem+json",
    )
    response.headers["Vary"] = "Accept-Language"
    response.headers.update(problem.headers)
    if problem.status == 401:
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    if problem.status in (429, 503):
        response.headers["Retry-After"] = str(problem.retry_after or _spread())
    return response


def document(problem: Problem) -> dict[str, Any]:
    title = problem.title_en if prefers_english() else problem.title_vi
    return {
        "type": problem.type(),
        "title": title,
        "status": problem.status,
        "code": problem.code(),
        "detail": title,
        "retry": problem.retry,
        "request_id": g.get("request_id"),
        "errors": problem.errors,
        **problem.data,
    }


def prefers_english() -> bool:
    return request.accept_languages.best_match(["vi", "en"], default="vi") == "en"


def _spread() -> int:
    """Seconds, different for each device, so that thousands do not come back at once."""
    who = request.headers.get("Authorization", "") + request.headers.get("X-Request-Id", "")
    return DEFAULT_RETRY_AFTER + hash(who) % RETRY_SPREAD


def _answer_http(error: HTTPException) -> Response:
    kind = _OF_STATUS.get(error.code or 500, problems.InternalError)
    headers = {}
    if error.code == 405 and (allowed := getattr(error, "valid_methods", None)):
        headers["Allow"] = ", ".join(sorted(allowed))
    return answer(kind(headers=headers))


def _answer_validation(error: HTTPError) -> tuple[dict[str, Any], int, dict[str, str]]:
    """What marshmallow found wrong, field by field, without repeating the values."""
    if error.status_code != 422:
        problem: Problem = _OF_STATUS.get(error.status_code, problems.InternalError)()
    else:
        problem = problems.ValidationFailed(errors=faults_of(error.detail))
    written = answer(problem)
    return json.loads(written.get_data()), problem.status, dict(written.headers)


def faults_of(detail: Any, pointer: str = "") -> list[dict[str, str]]:
    """marshmallow's messages as JSON pointers."""
    if not isinstance(detail, dict):
        return [{"pointer": pointer or "/", "code": "invalid"}]
    return [
        fault
        for name, inner in detail.items()
        for fault in faults_of(inner, pointer if name in ("json", "query") else f"{pointer}/{name}")
    ]


def _answer_database(error: DBAPIError) -> Response:
    problem = problem_of(error.orig)
    log.error(
        "database failed",
        code=problem.code(),
        why=type(error.orig).__name__,
        sqlstate=getattr(error.orig, "sqlstate", None),
    )
    return answer(problem)


_FULL = (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory)
_BUSY = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.TooManyConnections,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


def problem_of(error: BaseException | None) -> Problem:
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return problems.InProgress()
    if isinstance(error, _FULL):
        return problems.StorageFull()
    if isinstance(error, _BUSY):
        return problems.Overloaded()
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return problems.DbUnavailable()
    return problems.InternalError()


def _answer_unexpected(error: Exception) -> Response:
    # The traceback is for engineers; its text could carry an answer, so only its places are kept.
    places = []
    trace = error.__traceback__
    while trace:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("unexpected", why=type(error).__name__, places=places[-8:])
    return answer(problems.InternalError())
