"""Asking for a job, once the transaction has committed.

PostgreSQL knows what is to be done; Redis only rings. Losing a ring loses nothing, because the
sweep asks again; so a dead Redis is logged, and never delays or refuses an upload.
"""

from time import monotonic

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

INTAKE = "intake"
SLOW = "slow"
DRAIN = "survey_server.jobs.intake.drain"
MAKE_RELEASE = "survey_server.jobs.releases.make"

# While this key is there, a drain has been asked for that has not yet looked for work.
RUNG = "survey:rung"
RUNG_SECONDS = 20
SILENCE_SECONDS = 5.0
# A process rings no more often; a drain looks at least once when so long has passed since it began.
ONE_RING_SECONDS = 0.1
# Far beyond the longest drain: only what hangs is ended by it.
LONGEST_JOB = 300

log = structlog.get_logger()


def connect(url: str, timeout: float = 0.5) -> redis.Redis:
    """For requests: no retries, because redis-py would wait seconds for a Redis that is down."""
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


class Bell:
    """Rings for workers."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)
        self._silent_until = 0.0
        self._rings_until = 0.0

    def ring(self) -> bool:
        """Asks for a drain, unless one was asked for that has yet to start, or yet to look for the
        last time. False: nobody heard."""
        now = monotonic()
        if now < self._silent_until:
            return False
        if now < self._rings_until:
            return True
        try:
            if self.connection.set(RUNG, 1, nx=True, ex=RUNG_SECONDS):
                self._enqueue(INTAKE, DRAIN, timeout=LONGEST_JOB)
        except redis.RedisError as error:
            # A Redis that hangs would hold up every upload; the sweep does without it meanwhile.
            self._silent_until = monotonic() + SILENCE_SECONDS
            log.warning("nobody rang", why=type(error).__name__)
            return False
        self._rings_until = now + ONE_RING_SECONDS
        return True

    def heard(self) -> None:
        """Called by a drain before it looks for work, so that later arrivals ring again."""
        self._rings_until = 0.0
        try:
            self.connection.delete(RUNG)
        except redis.RedisError as error:
            log.warning("bell not cleared", why=type(error).__name__)

    def ask_for_release(self, release_id: str) -> None:
        """Where Redis is down this is lost: the sweep finds the release and asks again."""
        try:
            self._enqueue(SLOW, MAKE_RELEASE, release_id, timeout=3600)
        except redis.RedisError as error:
            log.warning("release not asked for", why=type(error).__name__)

    def _enqueue(self, queue: str, job: str, *arguments: str, timeout: int) -> None:
        Queue(queue, connection=self.connection, serializer=JSONSerializer).enqueue_call(
            job, args=arguments, timeout=timeout, result_ttl=0, failure_ttl=3600
        )
