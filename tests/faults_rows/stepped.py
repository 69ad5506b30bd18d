"""The web process, with a clock of the wall that a test sets while it is at work.

libfaketime, which does that to PostgreSQL, would also stop what Python sleeps by.
"""

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType

from flask import Flask

from survey_server import app, callers
from survey_server.services.audit import writing
from survey_server.services.people import resetting

FILE = "SURVEY_TEST_CLOCK"
# Every module of the web process that asks what time it is.
ASKING: tuple[ModuleType, ...] = (callers, writing, resetting)


class WallClock:
    @staticmethod
    def now(zone: tzinfo) -> datetime:
        return datetime.now(zone) + timedelta(days=int(Path(os.environ[FILE]).read_text()))


def create_app() -> Flask:
    for module in ASKING:
        vars(module)["datetime"] = WallClock
    return app.create_app()
