"""A reference tablet as a program of its own, for a network of its own: tells each step as JSON.

Started by `thin`, with its store; may be killed and started again at any moment. It does one step
for each line that it is sent, and ends when there is nobody to send any.
"""

import json
import sys
import time
from pathlib import Path
from random import Random

from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.pace import Pace
from survey_server.tablet.protocol import Answer
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync


class Telling(HttpConnection):
    """Says what it sends before it does."""

    def post_packed(self, path: str, packed: bytes) -> Answer:
        _tell({"sends": "interviews", "bytes": len(packed)})
        return super().post_packed(path, packed)

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        _tell({"sends": "photos", "bytes": len(body)})
        return super().put(path, body, headers)


def pace_of(timeout: float) -> Pace:
    """As that of a tablet that waits for a minute, in as many seconds as this one does; but whoever
    waits for five minutes after a broken exchange is not measured but watched."""
    return Pace(
        shortest_wait=timeout / 40,
        longest_wait=timeout / 4,
        fast_round_trip=timeout / 4,
        slow_round_trip=timeout / 2,
        longest_answer=timeout * 16,
    )


def main() -> None:
    """What is wanted comes as one line of JSON, because it holds a secret."""
    told = json.loads(sys.stdin.readline())
    store = Store(Path(told["store"]))
    connection = Telling(told["url"], told["secret"], timeout=told["timeout"])
    pace = pace_of(told["timeout"])
    sync = Sync(store, connection, clock=SystemClock(), random=Random(), pace=pace)
    for _ in sys.stdin:
        patience, started = connection.timeout, time.monotonic()
        following = sync.step()
        step = {
            "do": following.do,
            "reason": following.reason,
            "seconds": round(time.monotonic() - started, 2),
            "patience": patience,
            "batch": int(store.setting("batch_size") or pace.first_batch),
            "records": len(store.unacknowledged()),
            "files": len(store.unacknowledged_files()),
        }
        time.sleep(following.seconds)
        _tell(step)


def _tell(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
