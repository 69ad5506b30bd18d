"""The server's processes with a planted fault: the mutant that SURVEY_FAULTS_MUTANT names.

    gunicorn … "survey_server.faults.planted:create_app()"
    python -m survey_server.faults.planted worker intake

Only trials start them. The server itself has no such switch.
"""

import os
from typing import TYPE_CHECKING

from survey_server import cli
from survey_server.faults.mutants import MUTANTS, NAME

if TYPE_CHECKING:
    from apiflask import APIFlask


def create_app() -> "APIFlask":
    # Workers do without.
    from survey_server import app

    MUTANTS[os.environ[NAME]].plant()
    return app.create_app()


if __name__ == "__main__":
    MUTANTS[os.environ[NAME]].plant()
    cli.main(prog_name="survey-server")
