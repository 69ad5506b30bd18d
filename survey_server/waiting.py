"""How long a request has stood in line, and what becomes of those that stood too long.

gunicorn takes connections in at once and works on a few. When ten thousand tablets come in the same
minute, the line may grow longer than they wait; a server that works it off from the front then only
serves callers who have gone. So an upload that has stood for long is asked to come again, before
anybody looks who it is: that takes a twentieth of the work of receiving it.
"""

import threading
import time
from typing import Any
from zlib import crc32

from flask import Flask, request

from survey_server import problems
from survey_server.doorkeeping import wait_of
from survey_server.serving.connections import ConsiderateWorker

# Tablets give up after 60.
LONGEST_SECONDS = 25.0
UPLOADS = frozenset(("intake.receive", "openrosa.submission", "attachments.put"))

_of_this_thread = threading.local()


class PunctualWorker(ConsiderateWorker):
    """Notes for each request since when it stands in line."""

    def enqueue_req(self, conn: Any) -> None:
        conn.since = time.monotonic()
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        # What follows on the same connection at once stands in no line.
        _of_this_thread.since, conn.since = conn.since, None
        try:
            return super().handle_request(req, conn)
        finally:
            _of_this_thread.since = None


def register(app: Flask) -> None:
    app.before_request(_ask_to_come_again)


def _ask_to_come_again() -> None:
    """Raises Overloaded."""
    if request.endpoint in UPLOADS and waited() > LONGEST_SECONDS:
        who = request.headers.get("Authorization", "") or request.remote_addr or ""
        raise problems.Overloaded(retry_after=wait_of(crc32(who.encode())))


def waited() -> float:
    """Seconds; none where another server than ours hands requests over."""
    since: float | None = getattr(_of_this_thread, "since", None)
    return 0.0 if since is None else time.monotonic() - since
