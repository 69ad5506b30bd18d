"""Problems as OpenRosa spells them: a status, and a sentence that Collect shows as it is."""

from flask import Flask, Response, g, request

from survey_server.callers import prefers_english
from survey_server.openrosa import documents
from survey_server.openrosa.blueprint import PREFIX, carry_headers
from survey_server.problems import Problem

CHALLENGE = 'Basic realm="survey", charset="UTF-8"'


def register(app: Flask) -> None:
    app.before_request(_offer)


def _offer() -> None:
    if f"{request.path}/".startswith(f"{PREFIX}/"):
        g.problem_page = problem_page


def problem_page(problem: Problem) -> Response:
    english = prefers_english()
    title = problem.title_en if english else problem.title_vi
    answer = Response(documents.message(title), problem.status, content_type=documents.XML)
    answer.headers["Content-Language"] = "en" if english else "vi"
    answer.headers["Vary"] = "Accept-Language"
    answer.headers.update(problem.headers)
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = CHALLENGE
    return carry_headers(answer)
