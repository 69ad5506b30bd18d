"""Who is calling: the one look-up that every request of a tablet makes."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, event

from survey_server.store.asking import ask

# Tablets are away for days, not for weeks: what was not heard of for so long lies in a drawer.
IDLE_DAYS = 45


@dataclass(frozen=True, slots=True)
class OnCall:
    """The enrolment behind a secret, with what every answer to a tablet needs.

    `revoked` also where the person's account was closed; `expired` after 45 days of silence;
    `retired` where nothing of the survey is left.
    """

    device: int
    person: int
    survey: int
    revoked: bool
    epoch: str
    expired: bool = False
    retired: bool = False
    device_id: str = ""
    # How often the forms of the survey were changed.
    forms_changed: int = 0


_ON_CALL = (
    "SELECT d.id, d.person_id, d.survey_id,"
    " d.revoked_at IS NOT NULL OR p.disabled_at IS NOT NULL AS revoked, s.epoch,"
    f" greatest(d.seen_at, d.enrolled_at) < now() - interval '{IDLE_DAYS} days' AS expired,"
    " v.state = 'retired' AS retired, d.device_id, v.forms_changed"
    " FROM devices d JOIN people p ON p.id = d.person_id"
    " JOIN surveys v ON v.id = d.survey_id CROSS JOIN server s"
    " WHERE d.secret_sha256 = %(sha)s"
)


def on_call(secret_sha256: bytes) -> OnCall | None:
    row = ask(_ON_CALL, {"sha": secret_sha256})
    return None if row is None else OnCall(*row)


# Whoever is revoked is refused within a second, everywhere.
REMEMBERED_SECONDS = 0.5
MOST_REMEMBERED = 10_000
_remembered: dict[bytes, tuple[float, OnCall]] = {}


def on_call_lately(secret_sha256: bytes) -> OnCall | None:
    """As it is now, or was half a second ago.

    ODK Collect sends interview after interview in requests of their own, and is not looked up for
    each. What this process commits is seen at once.
    """
    since, known = _remembered.get(secret_sha256, (0.0, None))
    now = time.monotonic()
    if known is not None and now - since < REMEMBERED_SECONDS:
        return known
    found = on_call(secret_sha256)
    if found is not None and not (found.revoked or found.expired or found.retired):
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[secret_sha256] = now, found
    return found


@event.listens_for(Engine, "commit")
def _forget(connection: Connection) -> None:
    _remembered.clear()
