"""The application as it is, but whoever finds no place at the door waits for a minute.

A server at work asks them to come again after two seconds; what a crowd of a test is told would
depend on whether the machine stood still for so long.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from apiflask import APIFlask

from survey_server import app
from survey_server.doorkeeping import Doorkeeper
from survey_server.local.children import Child

MADE_BY = "tests.patient"
# gunicorn finds this module.
ENV: Mapping[str, str] = {"PYTHONPATH": str(Path(__file__).parents[1])}
PATIENCE_SECONDS = 60.0


def create_app() -> APIFlask:
    made = app.create_app()
    made.extensions["doorkeeper"] = patient(made.extensions["settings"].uploads_at_once)
    return made


def patient(at_once: int) -> Doorkeeper:
    return Doorkeeper(at_once, patience=PATIENCE_SECONDS, long_patience=PATIENCE_SECONDS)


def patiently(web: Child) -> Child:
    """The same process, with this application."""
    argv = (*web.argv[:-1], f"{MADE_BY}:create_app()")
    return replace(web, argv=argv, env={**web.env, **ENV})
