"""The worker process: the same settings as the web process, then RQ.

SimpleWorker runs jobs in its own process: seven times as many a second as forking, and what a
crash would lose is only a lease.
"""

from types import FrameType
from typing import NoReturn

from rq import Queue
from rq.serializers import JSONSerializer
from rq.timeouts import UnixSignalDeathPenalty
from rq.worker import SimpleWorker

from survey_server.jobs.wiring import TimeIsUp, wired
from survey_server.queueing import connect


class Alarm(UnixSignalDeathPenalty):
    def handle_death_penalty(self, number: int, frame: FrameType | None) -> NoReturn:
        raise TimeIsUp


class Worker(SimpleWorker):
    """Comes back soon after a Redis that was away: RQ's own patience grows to a minute."""

    death_penalty_class = Alarm
    max_connection_wait_time = 5.0


def work(queue: str) -> None:
    """Until it is told to stop. Rings first: work may have waited while nobody was here."""
    wiring = wired()
    wiring.bell.ring()
    # Longer than RQ's own blocking wait, or the wait itself would look like a dead Redis.
    connection = connect(wiring.settings.redis_url, timeout=600)
    named = Queue(queue, connection=connection, serializer=JSONSerializer)
    worker = Worker([named], connection=connection, serializer=JSONSerializer)
    worker.work(logging_level="WARNING", with_scheduler=False)
