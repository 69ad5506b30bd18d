"""What a worker process has: its settings, database and bell, made once at the first job."""

import os
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine

from survey_server import logs, settings
from survey_server.queueing import Bell
from survey_server.services import attachments, audit, keyring
from survey_server.store.base import engine


class TimeIsUp(BaseException):
    """No Exception: a job that takes too long must not be blamed on what it is just reading."""


@dataclass(frozen=True, slots=True)
class Wiring:
    settings: settings.Settings
    engine: Engine
    bell: Bell


@cache
def wired() -> Wiring:
    chosen = settings.from_env(os.environ)
    logs.configure(chosen.log_level)
    keyring.use(keyring.keyring_of(chosen))
    attachments.use(attachments.place_of(chosen))
    audit.keep_in(audit.Trail(chosen.worker_database_url))
    return Wiring(chosen, engine(chosen.worker_database_url), Bell(chosen.redis_url))
