"""The lists of a tablet's state that are told whole, and the point in time that they are of.

One statement for all of them, and a transaction of its own: thirty thousand tablets ask several
times a day, and mostly there is nothing new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.store.asking import ask

MOST_REVIEWS = 500
MOST_MESSAGES = 100
MESSAGE_DAYS = 60

# A returned interview waits for its next revision, on the tablet of whoever is to do its unit now
# and of whoever made it. Edits by OpenRosa clients claim no revision, but what they replace.
_REVIEWS = f"""
    SELECT r.id, r.interview_id, r.instance_id, u.code AS unit, ea.code AS ea,
        to_char(r.reviewed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') AS at,
        r.comment, coalesce((SELECT json_agg(json_build_object('path', c.path, 'text', c.text)
            ORDER BY c.place) FROM review_comments c WHERE c.review = r.id), '[]') AS comments
    FROM (
        SELECT id FROM reviews WHERE made_by = %(person)s AND survey_id = %(survey)s
        UNION
        SELECT r.id FROM work w JOIN reviews r ON r.ea_id = w.ea_id
            AND (w.unit_id IS NULL OR w.unit_id = r.unit_id)
    ) mine
    JOIN reviews r ON r.id = mine.id
    LEFT JOIN units u ON u.id = r.unit_id LEFT JOIN areas ea ON ea.id = r.ea_id
    WHERE r.decision = 'returned'
        AND NOT EXISTS (SELECT FROM reviews n WHERE n.interview_id = r.interview_id
            AND n.survey_id = r.survey_id AND n.ea_id = r.ea_id AND n.id > r.id)
        AND NOT EXISTS (SELECT FROM submissions s
            WHERE s.interview_id IN (r.interview_id, r.instance_id)
            AND s.survey_id = r.survey_id AND s.state <> 'trial'
            AND (s.replaces = r.instance_id
                OR s.revision > r.revision AND s.received_at > r.reviewed_at))
    ORDER BY r.id DESC LIMIT {MOST_REVIEWS}
"""
_MESSAGES = f"""
    SELECT m.id, m.text, p.name AS sender,
        to_char(m.sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') AS at
    FROM messages m JOIN people p ON p.id = m.sent_by
    WHERE m.survey_id = %(survey)s AND m.sent_at > %(now)s - interval '{MESSAGE_DAYS} days'
        AND (m.person_id = %(person)s OR m.person_id IS NULL AND m.area_id IN (
            SELECT unnest(a.path) FROM areas a WHERE a.id IN (SELECT ea_id FROM work)))
    ORDER BY m.id DESC LIMIT {MOST_MESSAGES}
"""
# That the tablet was heard of is written each time, and not only for those who look after tablets.
# The commit that waits for the disk makes sure that no number of a transaction that was told is
# given again after a crash of PostgreSQL: what the second one wrote would be missed.
_TOLD = f"""
    WITH contact AS (
        UPDATE devices SET seen_at = greatest(seen_at, %(now)s) WHERE id = %(device)s
        RETURNING received),
    work AS MATERIALIZED (
        SELECT a.ea_id, a.unit_id, a.due_on, ea.code, ea.name, ea.form_id
        FROM assignments a JOIN areas ea ON ea.id = a.ea_id
        WHERE a.survey_id = %(survey)s AND a.person_id = %(person)s AND a.ended_at IS NULL)
    SELECT CAST(CAST(pg_snapshot_xmin(moment.of) AS text) AS bigint) AS oldest,
        CAST(CAST(pg_snapshot_xmax(moment.of) AS text) AS bigint) AS newest,
        (SELECT received FROM contact) AS brought,
        EXISTS (SELECT FROM assignments a WHERE a.survey_id = s.id AND a.person_id = %(person)s
                AND a.changed >= %(since)s)
            OR EXISTS (SELECT FROM work w JOIN units u ON u.ea_id = w.ea_id
                WHERE u.changed >= %(since)s)
            OR EXISTS (SELECT FROM work w JOIN unit_departures d ON d.ea_id = w.ea_id
                WHERE d.changed >= %(since)s) AS news,
        json_build_object('code', s.code, 'name', s.name, 'training', s.training,
            'timezone', s.timezone, 'starts_on', s.starts_on, 'ends_on', s.ends_on) AS survey,
        (SELECT coalesce(json_agg(json_build_object('id', v.id, 'form_id', v.form_id,
                'version', v.version, 'files', (SELECT coalesce(json_agg(m.name ORDER BY m.name),
                    '[]') FROM form_media m WHERE m.form_version_id = v.id)) ORDER BY v.form_id),
                '[]')
            FROM (SELECT DISTINCT ON (f.form_id) v.id, f.form_id, v.version FROM form_versions v
                JOIN forms f ON f.id = v.form
                WHERE f.survey_id = s.id AND f.state = 'open' AND v.state = 'published'
                ORDER BY f.form_id, v.published_at DESC, v.id DESC) v) AS forms,
        (SELECT coalesce(json_agg(json_build_object('ea', w.code, 'name', w.name,
                'due', w.due_on, 'form_id', w.form_id) ORDER BY w.code, w.due_on, w.form_id), '[]')
            FROM (SELECT DISTINCT code, name, due_on, form_id FROM work) w) AS assignments,
        (SELECT coalesce(json_agg(json_build_object('ea', n.ea, 'ea_id', n.ea_id,
                'units', n.codes) ORDER BY n.ea), '[]')
            FROM (SELECT w.code AS ea, w.ea_id,
                    coalesce(json_agg(u.code ORDER BY u.code) FILTER (WHERE u.id IS NOT NULL),
                        '[]') AS codes
                FROM (SELECT DISTINCT code, ea_id FROM work WHERE unit_id IS NULL) w
                LEFT JOIN units u ON u.reserved_for = %(person)s
                    AND u.reserved_on = %(device)s AND u.ea_id = w.ea_id
                    AND NOT u.expected AND u.reserved_used_at IS NULL
                GROUP BY w.code, w.ea_id) n) AS reserved,
        (SELECT coalesce(json_agg(r), '[]') FROM ({_REVIEWS}) r) AS reviews,
        (SELECT coalesce(json_agg(m), '[]') FROM ({_MESSAGES}) m) AS messages
    FROM surveys s CROSS JOIN (SELECT pg_current_snapshot() AS of) moment
    WHERE s.id = %(survey)s
"""


@dataclass(frozen=True, slots=True)
class Told:
    """`oldest`: the oldest transaction that was under way; `newest`: the next one's number.

    `brought`: how many submissions the enrolment has. `news`: units or assignments of the person
    may have changed. `reserved` has every EA that the person may add households to, with `ea_id`.
    """

    oldest: int
    newest: int
    brought: int
    news: bool
    survey: dict[str, Any]
    forms: list[dict[str, Any]]
    assignments: list[dict[str, Any]]
    reserved: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    messages: list[dict[str, Any]]


def told(survey: int, person: int, device: int, since: int, now: datetime) -> Told:
    """Notes that the tablet was heard of. `since`: what this transaction and later ones wrote is
    news."""
    asked = {"survey": survey, "person": person, "device": device, "since": since, "now": now}
    row = ask(_TOLD, asked)
    assert row is not None
    return Told(*row)


def reserve_numbers(device: int, eas: Sequence[int], wanted: int) -> int:
    """Numbers for households that no list has, until the enrolment has `wanted` unused ones in each
    EA that its person is to do; how many are new. In a transaction of its own."""
    row = ask(
        "SELECT reserve_numbers(%(device)s, %(eas)s::integer[], %(wanted)s)",
        {"device": device, "eas": list(eas), "wanted": wanted},
    )
    assert row is not None
    added: int = row[0]
    return added


def url_parts_of(session: Session, version: int) -> tuple[str, dict[str, str]]:
    """The hash of a form version, and of each of its files by name; they never change."""
    row = session.execute(
        text(
            "SELECT 'sha256:' || encode(sha256(v.xform), 'hex') AS hash, (SELECT coalesce("
            " json_object_agg(m.name, 'sha256:' || encode(sha256(m.content), 'hex')), '{}')"
            " FROM form_media m WHERE m.form_version_id = v.id) AS files"
            " FROM form_versions v WHERE v.id = :version"
        ),
        {"version": version},
    ).one()
    return row.hash, row.files
