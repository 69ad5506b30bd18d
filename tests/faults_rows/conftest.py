"""An application that has nothing to talk to: what it answers where it cannot do anything."""

from pathlib import Path

import pytest
from apiflask import APIFlask

from survey_server import settings
from survey_server.app import create_app


@pytest.fixture
def alone(tmp_path: Path) -> APIFlask:
    env = {
        "SURVEY_DATABASE_URL": "postgresql://survey_web@/survey?host=/nowhere",
        "SURVEY_REDIS_URL": "unix:///nowhere",
        "SURVEY_DATA": str(tmp_path),
        "SURVEY_DEMONSTRATION": "1",
    }
    return create_app(settings.from_env(env))
