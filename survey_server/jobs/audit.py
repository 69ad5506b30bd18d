"""The sealer: chains what was written since the last look, and anchors the chains now and then.

No job of the queue: the sweep calls it, so that it happens without Redis too.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from survey_server import receipts
from survey_server.jobs.wiring import Wiring
from survey_server.services.audit.anchoring import anchor
from survey_server.services.audit.sealing import seal
from survey_server.store import audit

log = structlog.get_logger()

BETWEEN_ANCHORS = timedelta(minutes=5)


def seal_and_anchor(wiring: Wiring, now: datetime) -> None:
    seal(wiring.engine)
    with Session(wiring.engine) as session:
        last = audit.last_anchor(session)
    # One that lies ahead was written before the clock was set back.
    if last is not None and now - BETWEEN_ANCHORS < last[1] <= now:
        return
    chosen = wiring.settings
    try:
        anchor(wiring.engine, chosen.audit_anchors, receipts.key_of(chosen.audit_key_file), now)
    except OSError as fault:
        log.error("anchor not written", why=fault.strerror)
