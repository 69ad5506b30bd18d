"""The worker process: the same settings as the web process, then RQ.

SimpleWorker runs jobs in its own process: seven times as many a second as forking, and what a
crash would lose is only a lease.
"""

import time
from types import FrameType
from typing import NoReturn

import structlog
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import UnixSignalDeathPenalty
from rq.worker import SimpleWorker

from survey_server.jobs.wiring import TimeIsUp, wired
from survey_server.queueing import connect

PAUSE_SECONDS = 2.0

log = structlog.get_logger()


class Alarm(UnixSignalDeathPenalty):
    def handle_death_penalty(self, number: int, frame: FrameType | None) -> NoReturn:
        raise TimeIsUp


class Worker(SimpleWorker):
    """Comes back soon after a Redis that was away: RQ's own patience grows to a minute."""

    death_penalty_class = Alarm
    max_connection_wait_time = 5.0
    asked_to_stop = False

    def handle_warm_shutdown_request(self) -> None:
        self.asked_to_stop = True
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]


def work(queue: str) -> None:
    """Until it is told to stop. Rings first: work may have waited while nobody was here.

    RQ ends its worker where Redis takes nothing more in; another one waits until it does.
    """
    wiring = wired()
    # Longer than RQ's own blocking wait, or the wait itself would look like a dead Redis.
    connection = connect(wiring.settings.redis_url, timeout=600)
    named = Queue(queue, connection=connection, serializer=JSONSerializer)
    while True:
        wiring.bell.ring()
        worker = Worker([named], connection=connection, serializer=JSONSerializer)
        try:
            _work_as_long_as_the_queue_does(worker)
        except StopRequested:
            return
        if worker.asked_to_stop:
            return


def _work_as_long_as_the_queue_does(worker: Worker) -> None:
    """Raises StopRequested where it is told to stop in the pause that follows."""
    try:
        worker.work(logging_level="WARNING", with_scheduler=False)
    except RedisError as fault:
        log.warning("the queue takes nothing in", why=type(fault).__name__)
    if not worker.asked_to_stop:
        time.sleep(PAUSE_SECONDS)
