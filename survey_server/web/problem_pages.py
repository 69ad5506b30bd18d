"""A refusal or a failure as a page: what happened, in a sentence, and a way on.

A page about a failure never asks the database anything, for that may be what failed.
"""

from flask import Flask, Response, g, make_response, render_template

from survey_server.problems import Problem
from survey_server.web.assets import send_private
from survey_server.web.languages import language


def register(app: Flask) -> None:
    app.before_request(_offer)


def _offer() -> None:
    g.problem_page = problem_page


def problem_page(problem: Problem) -> Response:
    title = problem.title_en if language() == "en" else problem.title_vi
    text = render_template("problem.html", problem=problem, title=title)
    response = make_response(text, problem.status)
    if problem.status == 503:
        response.headers["Retry-After"] = str(problem.retry_after or 30)
    response.headers.update(problem.headers)
    return send_private(response)
