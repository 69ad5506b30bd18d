"""The worker process: the same settings as the web process, then RQ.

SimpleWorker runs jobs in its own process: seven times as many a second as forking, and what a
crash would lose is only a lease.
"""

from rq import Queue
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from survey_server.jobs.wiring import wired
from survey_server.queueing import connect


def work(queue: str) -> None:
    """Until it is told to stop. Rings first: work may have waited while nobody was here."""
    wiring = wired()
    wiring.bell.ring()
    # Longer than RQ's own blocking wait, or the wait itself would look like a dead Redis.
    connection = connect(wiring.settings.redis_url, timeout=600)
    named = Queue(queue, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker([named], connection=connection, serializer=JSONSerializer)
    worker.work(logging_level="WARNING", with_scheduler=False)
