"""A reference tablet as a program of its own, for a network of its own: tells each step as JSON.

Started by `thin`, with its store; may be killed and started again at any moment.
"""

import json
import sys
import time
from pathlib import Path
from random import Random

from survey_server.tablet.clock import SystemClock
from survey_server.tablet.connection import HttpConnection
from survey_server.tablet.pace import Pace
from survey_server.tablet.store import Store
from survey_server.tablet.sync import Sync

# Whoever waits for five minutes after each broken exchange is not measured but watched.
PACE = Pace(shortest_wait=0.5, longest_wait=5.0)


def main() -> None:
    """What is wanted comes as one line of JSON, because it holds a secret."""
    told = json.loads(sys.stdin.readline())
    store = Store(Path(told["store"]))
    connection = HttpConnection(told["url"], told["secret"], timeout=told["timeout"])
    sync = Sync(store, connection, clock=SystemClock(), random=Random(), pace=PACE)
    while True:
        started = time.monotonic()
        following = sync.step()
        _tell(store, following.do, following.reason, time.monotonic() - started)
        if following.do in ("rest", "stop"):
            return
        time.sleep(following.seconds)


def _tell(store: Store, do: str, reason: str, seconds: float) -> None:
    files = store.unacknowledged_files()
    step = {
        "do": do,
        "reason": reason,
        "seconds": round(seconds, 2),
        "batch": int(store.setting("batch_size") or PACE.first_batch),
        "records": len(store.unacknowledged()),
        "files": len(files),
    }
    print(json.dumps(step), flush=True)


if __name__ == "__main__":
    main()
