"""What lies in quarantine, for those who look after where it came from.

Limited to areas in the query: by the EA that its unit lies in; where that is unknown, by the areas
that the person works in who sent it, and for those who see a whole survey.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.intake import Body

# `s` is a submission, `ea` its EA, where it has one. An area is below another where the other's id
# is in its path.
WITHIN = """
    (ea.path && CAST(:areas AS integer[]) OR s.ea_id IS NULL AND (
        EXISTS (SELECT FROM areas x WHERE x.id = ANY(:areas) AND x.parent_id IS NULL
            AND x.survey_id = s.survey_id)
        OR EXISTS (SELECT FROM assignments w JOIN areas x ON x.id = w.ea_id
            WHERE w.person_id = s.person_id AND w.survey_id = s.survey_id
            AND x.path && CAST(:areas AS integer[]))
        OR EXISTS (SELECT FROM memberships w JOIN areas x ON x.id = w.area_id
            WHERE w.person_id = s.person_id AND w.survey_id = s.survey_id
            AND x.path && CAST(:areas AS integer[]))))
"""

WAITING, SET_ASIDE = "waiting", "set_aside"
BEING_READ, UNDERSTOOD = "being_read", "understood"
_NEWEST_ACT = (
    " LEFT JOIN LATERAL (SELECT a.act, a.at FROM quarantine_acts a"
    "  WHERE a.instance_id = q.instance_id ORDER BY a.id DESC LIMIT 1) a ON true"
)
_EVER = (
    " FROM quarantine q JOIN submissions s ON s.instance_id = q.instance_id"
    " LEFT JOIN areas ea ON ea.id = s.ea_id LEFT JOIN units u ON u.id = s.unit_id"
    " LEFT JOIN form_versions v ON v.id = s.form_version_id LEFT JOIN forms f ON f.id = v.form"
    f" {_NEWEST_ACT}"
    f" WHERE s.survey_id = :survey AND {WITHIN}"
)
_LYING = f"{_EVER} AND q.reopened_at IS NULL AND s.state = 'quarantined'"
_COLUMNS = (
    "SELECT q.instance_id, q.code, q.since, coalesce(q.form_id, f.form_id) AS form_id,"
    " coalesce(q.form_version, v.version) AS form_version, s.form_version_id, s.survey_id,"
    " s.received_at, ea.code AS ea, u.code AS unit,"
    " (SELECT k.code FROM unknown_units k WHERE k.instance_id = s.instance_id) AS claimed_unit,"
    " (SELECT p.name FROM people p WHERE p.id = s.person_id) AS person,"
    " (SELECT d.device_id FROM devices d WHERE d.id = s.device_id) AS device,"
    " q.retries, q.next_retry_at, q.last_tried_at, q.traceback,"
    " EXISTS (SELECT FROM reopenings r WHERE r.instance_id = q.instance_id) AS asked,"
    " a.act IS NOT DISTINCT FROM 'set_aside' AS set_aside, s.state AS now"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Blank means any; `areas` are the viewer's, or one within them."""

    survey: int
    areas: Sequence[int]
    state: str = WAITING
    code: str = ""
    form: str = ""
    before: tuple[datetime, uuid.UUID] | None = None
    most: int = 100

    def parameters(self) -> dict[str, object]:
        since, instance = self.before or (None, None)
        return {
            "survey": self.survey,
            "areas": list(self.areas),
            "state": self.state,
            "code": self.code,
            "form": self.form,
            "since": since,
            "instance": instance,
            "most": self.most,
        }


@dataclass(frozen=True, slots=True)
class Lying:
    """`form_id` and `form_version` as claimed; `asked`: workers are about to try it again.

    `claimed_unit` is what it calls a unit that no list has. `trace` is for engineers. `now` is the
    submission's state: another than "quarantined" where it lies there no more.
    """

    instance_id: uuid.UUID
    code: str
    since: datetime
    form_id: str | None
    form_version: str | None
    form_version_id: int | None
    survey_id: int
    received_at: datetime
    ea: str | None
    unit: str | None
    claimed_unit: str | None
    person: str | None
    device: str | None
    retries: int
    next_retry_at: datetime | None
    last_tried_at: datetime | None
    trace: str | None
    asked: bool
    set_aside: bool
    now: str

    @property
    def state(self) -> str:
        if self.now != "quarantined":
            return UNDERSTOOD if self.now == "derived" else BEING_READ
        return SET_ASIDE if self.set_aside else WAITING


CHOSEN = (
    " AND (a.act IS NOT DISTINCT FROM 'set_aside') = (:state = 'set_aside')"
    " AND (:code = '' OR q.code = :code)"
    " AND (:form = '' OR coalesce(q.form_id, f.form_id) = :form)"
)


def lying(session: Session, wanted: Wanted) -> list[Lying]:
    """The newest first."""
    rows = session.execute(
        text(
            f"{_COLUMNS}{_LYING}{CHOSEN}"
            " AND (CAST(:since AS timestamptz) IS NULL OR (q.since, q.instance_id)"
            "  < (CAST(:since AS timestamptz), CAST(:instance AS uuid)))"
            " ORDER BY q.since DESC, q.instance_id DESC LIMIT :most"
        ),
        wanted.parameters(),
    )
    return [Lying(*row) for row in rows]


def matching(session: Session, wanted: Wanted) -> list[uuid.UUID]:
    """The ids of the oldest `most` that nobody has asked for yet."""
    return list(
        session.scalars(
            text(
                f"SELECT q.instance_id{_LYING}{CHOSEN}"
                " AND NOT EXISTS (SELECT FROM reopenings r WHERE r.instance_id = q.instance_id)"
                " ORDER BY q.since, q.instance_id LIMIT :most"
            ),
            wanted.parameters(),
        )
    )


def one_lying(
    session: Session, survey: int, areas: Sequence[int], instance_id: uuid.UUID
) -> Lying | None:
    """None where it lies elsewhere, or in no quarantine."""
    return _one(session, _LYING, survey, areas, instance_id)


def one_ever(
    session: Session, survey: int, areas: Sequence[int], instance_id: uuid.UUID
) -> Lying | None:
    """Also one that has left quarantine since; None where it never lay there, or elsewhere."""
    return _one(session, _EVER, survey, areas, instance_id)


def _one(
    session: Session, where: str, survey: int, areas: Sequence[int], instance_id: uuid.UUID
) -> Lying | None:
    row = session.execute(
        text(f"{_COLUMNS}{where} AND q.instance_id = :instance"),
        {"survey": survey, "areas": list(areas), "instance": instance_id},
    ).one_or_none()
    return None if row is None else Lying(*row)


def counts(session: Session, wanted: Wanted) -> dict[str, int]:
    """How many wait, by code; at most `most` are counted."""
    rows = session.execute(
        text(
            f"SELECT code, count(*) AS lying FROM (SELECT q.code{_LYING}{CHOSEN} LIMIT :most) t"
            " GROUP BY code ORDER BY lying DESC, code"
        ),
        wanted.parameters(),
    )
    return {row.code: row.lying for row in rows}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done; `person` is empty where the server did it."""

    act: str
    at: datetime
    person: str | None
    reason: str | None
    form_version: str | None
    unit: str | None


def acts_of(session: Session, instance_id: uuid.UUID) -> list[Act]:
    """The oldest first; choices of content among them."""
    rows = session.execute(
        text(
            "SELECT x.act, x.at, p.name, x.reason, f.form_id || ' ' || v.version, u.code FROM ("
            " SELECT act, at, person_id, reason, form_version_id, unit_id FROM quarantine_acts"
            "  WHERE instance_id = :id"
            " UNION ALL SELECT 'chose_' || kind, chosen_at, chosen_by, reason, form_version_id,"
            "  NULL FROM content_choices WHERE instance_id = :id) x"
            " LEFT JOIN people p ON p.id = x.person_id LEFT JOIN units u ON u.id = x.unit_id"
            " LEFT JOIN form_versions v ON v.id = x.form_version_id"
            " LEFT JOIN forms f ON f.id = v.form ORDER BY x.at, x.act LIMIT 200"
        ),
        {"id": instance_id},
    )
    return [Act(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class FormToReadBy:
    id: int
    form_id: str
    version: str


def forms_to_read_by(session: Session, survey: int) -> list[FormToReadBy]:
    """All versions that were published in a survey, the newest first."""
    rows = session.execute(
        text(
            "SELECT v.id, f.form_id, v.version FROM form_versions v JOIN forms f ON f.id = v.form"
            " WHERE f.survey_id = :survey AND v.state = 'published'"
            " ORDER BY v.published_at DESC, v.id DESC LIMIT 100"
        ),
        {"survey": survey},
    )
    return [FormToReadBy(*row) for row in rows]


def place_of_unit(
    session: Session, survey: int, areas: Sequence[int], code: str
) -> tuple[int, int] | None:
    """The ids of a unit and its EA, within these areas."""
    row = session.execute(
        text(
            "SELECT u.id, u.ea_id FROM units u JOIN areas ea ON ea.id = u.ea_id"
            " WHERE u.survey_id = :survey AND u.code = :code"
            " AND ea.path && CAST(:areas AS integer[])"
        ),
        {"survey": survey, "areas": list(areas), "code": code},
    ).one_or_none()
    return None if row is None else (row.id, row.ea_id)


def sealed_contents(session: Session, instance_id: uuid.UUID) -> dict[int, Body]:
    """By batch, every body that holds something of this submission."""
    rows = session.execute(
        text("SELECT batch, body, body_format, key_id FROM contents_of_submission(:id)"),
        {"id": instance_id},
    )
    return {row.batch: Body(bytes(row.body), row.body_format, row.key_id) for row in rows}
