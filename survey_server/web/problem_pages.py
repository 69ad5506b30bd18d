"""A refusal or a failure as a page: what happened, in a sentence, and a way on.

A page about a failure never asks the database anything, for that may be what failed.
"""

from flask import Flask, Response, g, make_response, redirect, render_template, url_for

from survey_server.problems import Problem, SecondFactorSetupNeeded
from survey_server.web.assets import send_private
from survey_server.web.languages import language


def register(app: Flask) -> None:
    app.before_request(_offer)


def _offer() -> None:
    g.problem_page = problem_page


def problem_page(problem: Problem) -> Response:
    if isinstance(problem, SecondFactorSetupNeeded):
        # Whoever signs in for the first time is led there from wherever they wanted to go.
        return send_private(make_response(redirect(url_for("web.second_factor_page"), 303)))
    title = problem.title_en if language() == "en" else problem.title_vi
    wait = -(-(problem.retry_after or 0) // 60)
    text = render_template("problem.html", problem=problem, title=title, minutes=wait)
    response = make_response(text, problem.status)
    if problem.status in (429, 503):
        response.headers["Retry-After"] = str(problem.retry_after or 30)
    response.headers.update(problem.headers)
    return send_private(response)
