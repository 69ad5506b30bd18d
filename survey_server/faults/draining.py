"""What comes after the faults: tablets send what is left, workers end what is begun.

What is not drained in time is left for the checks to find. Workers have all the time that they
need, as long as less and less is pending: how fast a machine is, is not judged here.
"""

import time
from collections.abc import Callable

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from survey_server.faults.proxy import Proxy
from survey_server.faults.staff import Staff
from survey_server.faults.writers import Crowd

LOOK_EVERY_SECONDS = 0.02
ASK_EVERY_SECONDS = 0.1
LONGEST_DRAIN_SECONDS = 240.0
LONGEST_COPY_SECONDS = 120.0
LONGEST_STANDSTILL_SECONDS = 120.0
_MANY = 2**31


def drain(crowd: Crowd, staff: Staff, proxy: Proxy, owner: Engine) -> None:
    crowd.stop()
    _look_until(staff, lambda: not crowd.busy(), LONGEST_DRAIN_SECONDS)
    crowd.drain()
    _look_until(staff, lambda: not crowd.busy(), LONGEST_DRAIN_SECONDS)
    crowd.end()
    _look_until(staff, lambda: not proxy.late_copies, LONGEST_COPY_SECONDS)
    left: int | None = _MANY
    while left:
        left = _fewer_than(left, staff, owner)


def _fewer_than(before: int, staff: Staff, owner: Engine) -> int | None:
    """How many batches are pending once there are fewer; None where nothing moves any more."""
    found: list[int] = []

    def fewer() -> bool:
        time.sleep(ASK_EVERY_SECONDS)
        count = _pending(owner)
        if count is not None and count < before:
            found.append(count)
        return bool(found)

    return found[-1] if _look_until(staff, fewer, LONGEST_STANDSTILL_SECONDS) else None


def _look_until(staff: Staff, done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        staff.look()
        time.sleep(LOOK_EVERY_SECONDS)
    return False


def _pending(owner: Engine) -> int | None:
    """None where nobody knows."""
    try:
        with owner.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM pending_batches")) or 0
    except OperationalError:
        return None
