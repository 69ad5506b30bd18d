"""Who is calling: the one look-up that every request of a tablet makes."""

from dataclasses import dataclass

from survey_server.store.base import ask

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
