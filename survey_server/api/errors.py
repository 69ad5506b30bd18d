"""Writes problems out as RFC 9457 documents, in the language that was asked for.

What goes wrong below, a dead database or a full disk, becomes the problem that tells the tablet
whether to try again. No driver's text, SQL, stack trace or personal data leaves the server.
"""

from typing import Any
from zlib import crc32

import psycopg.errors
import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, g, json, request
from gunicorn.http.errors import ParseException
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from survey_server import problems
from survey_server.api.traffic import REQUEST_ID
from survey_server.callers import ADDRESS_KEY, prefers_english
from survey_server.problems import Problem
from survey_server.refusals import note_refusal
from survey_server.store.base import db

log = structlog.get_logger()

API_PREFIX = "/api/"
MACHINE_PATHS = ("/healthz", "/readyz")

_OF_STATUS = {
    one.status: one
    for one in (
        problems.BadRequest,
        problems.NotFound,
        problems.MethodNotAllowed,
        problems.NotAcceptable,
        problems.LengthRequired,
        problems.BodyTooLarge,
        problems.RangeNotSatisfiable,
        problems.UnsupportedMediaType,
        problems.ValidationFailed,
        problems.RateLimited,
    )
}


def register(app: APIFlask) -> None:
    app.register_error_handler(Problem, answer)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(psycopg.Error, _answer_failure)
    # What has been written so far is rolled back, and other requests' memory is free soon.
    app.register_error_handler(MemoryError, lambda _: answer(problems.Overloaded()))
    app.register_error_handler(PoolTimeout, lambda _: answer(problems.Overloaded()))
    app.register_error_handler(RedisError, lambda _: answer(problems.QueueUnavailable()))
    # A chunked body is only seen to be broken while it is read.
    app.register_error_handler(ParseException, lambda _: answer(problems.BadRequest()))
    # Half a surrogate pair, which JSON can spell and neither UTF-8 nor PostgreSQL can hold.
    app.register_error_handler(UnicodeEncodeError, lambda _: answer(problems.Utf8Invalid()))
    app.register_error_handler(Exception, _answer_unexpected)
    app.error_processor(_answer_validation)
    # After the line above, which would take every HTTP error for itself.
    app.register_error_handler(HTTPException, _answer_http)


def speaks_json() -> bool:
    """Pages have their own way of telling a problem; everything else speaks JSON."""
    return request.path.startswith(API_PREFIX) or request.path in MACHINE_PATHS


def answer(problem: Problem) -> Response:
    db.session.rollback()
    note_refusal(problem)
    if not speaks_json() and (page := g.get("problem_page")):
        response: Response = page(problem)
    else:
        response = _as_json(problem)
    if problem.status == 429 or problem.status >= 500:
        waits = problem.retry_after or _spread(problem.waits)
        response.headers.setdefault("Retry-After", str(waits))
    return response


def _as_json(problem: Problem) -> Response:
    response = Response(
        json.dumps(document(problem), ensure_ascii=False),
        problem.status,
        mimetype="application/problem+json",
    )
    response.headers["Vary"] = "Accept-Language"
    response.headers.update(problem.headers)
    if problem.status == 401:
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    return response


def document(problem: Problem) -> dict[str, Any]:
    title = _title(type(problem))
    return {
        "type": problem.type(),
        "title": title,
        "status": problem.status,
        "code": problem.code(),
        "detail": title,
        "retry": problem.retry,
        "request_id": request.environ.get(REQUEST_ID),
        "errors": [{"message": _message(one["code"], title), **one} for one in problem.errors],
        **problem.data,
    }


def _title(kind: type[Problem]) -> str:
    return kind.title_en if prefers_english() else kind.title_vi


_OF_CODE = {one.code(): one for one in Problem.__subclasses__()}
_OF_FIELD = {
    "invalid": ("Giá trị không hợp lệ.", "The value is not valid."),
    "unknown": ("Không có giá trị này.", "There is no such value."),
    "list_required": ("Ở đây phải là một danh sách.", "A list is needed here."),
}


def _message(code: str, otherwise: str) -> str:
    """A sentence for one place of the request; its code may be the name of a problem."""
    if code in _OF_FIELD:
        return _OF_FIELD[code][prefers_english()]
    return _title(_OF_CODE[code]) if code in _OF_CODE else otherwise


def _spread(waits: tuple[int, int]) -> int:
    """Seconds, different for each device, so that thousands do not come back at once.

    The same in every process and for every try, or a device could never be told twice.
    """
    who = request.environ.get(ADDRESS_KEY) or request.headers.get("Authorization", "")
    soonest, latest = waits
    return soonest + crc32(who.encode()) % (latest - soonest + 1)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    otherwise = problems.BadRequest if status < 500 else problems.InternalError
    headers = {}
    if status == 405 and (allowed := getattr(error, "valid_methods", None)):
        headers["Allow"] = ", ".join(sorted(allowed))
    kind: type[Problem] = _OF_STATUS.get(status, otherwise)
    if kind is problems.BodyTooLarge and (request.endpoint or "").startswith("web."):
        kind = problems.PageFormTooLarge
    return answer(kind(headers=headers))


def _answer_validation(error: HTTPError) -> Response:
    """What marshmallow found wrong, field by field, without repeating the values."""
    in_address = isinstance(error.detail, dict) and "query" in error.detail
    kind = problems.ParamInvalid if in_address else problems.ValidationFailed
    return answer(kind(errors=faults_of(error.detail)))


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
    return _answer_failure(error.orig)


def _answer_failure(error: BaseException | None) -> Response:
    problem = problem_of(error)
    log.error(
        "database failed",
        code=problem.code(),
        why=type(error).__name__,
        sqlstate=getattr(error, "sqlstate", None),
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
    if isinstance(error, psycopg.DataError) and error.sqlstate is None:
        # The driver itself refuses U+0000, before PostgreSQL sees it.
        return problems.NulNotAllowed()
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
