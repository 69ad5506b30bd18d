"""What people and the server want tried again goes back to whoever claims batches.

No jobs of the queue: a drain begins with what people asked for, and the sweep asks for what is due.
"""

from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.services.quarantine.carrying_out import carry_out
from survey_server.store import quarantine

log = structlog.get_logger()


def reopen(engine: Engine, now: datetime) -> int:
    """How many submissions were asked for; some at a time, so that nobody waits long."""
    count = 0
    while True:
        with Session(engine) as session, session.begin():
            asked = carry_out(session, now)
        count += asked
        if asked < quarantine.AT_ONCE:
            break
    if count:
        log.info("submissions taken up again", submissions=count)
    return count


def try_again(engine: Engine, now: datetime) -> int:
    """What has waited long enough, or what its form was published for: asked for in the server's
    own name."""
    with Session(engine) as session, session.begin():
        asked = quarantine.ask_for_due(session, now) + quarantine.ask_for_published(session, now)
    return asked + reopen(engine, now)
