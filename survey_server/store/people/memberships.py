"""Roles in areas. They end by their last day and are never deleted; a change ends sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.domain.people import Scope
from survey_server.domain.people.appointing import Post
from survey_server.store.incoming import Counts, bring_in, merge

# The survey's own day: in the morning of Viet Nam it is still yesterday in UTC.
TODAY = "CAST(:now AT TIME ZONE s.timezone AS date)"


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day of a role; None is without an end."""

    valid_from: date | None = None
    valid_to: date | None = None


ALWAYS = Days()


def add_membership(
    session: Session, person: int, survey: int, area: int, role: str, days: Days = ALWAYS
) -> int | None:
    """None where the person has this role in this area already, without an end."""
    added: int | None = session.execute(
        text(
            "INSERT INTO memberships (person_id, survey_id, area_id, role, valid_from, valid_to)"
            " SELECT :person, :survey, :area, CAST(:role AS text), :valid_from, :valid_to"
            " WHERE NOT EXISTS (SELECT FROM memberships"
            " WHERE person_id = :person AND survey_id = :survey AND area_id = :area"
            " AND role = :role AND valid_to IS NULL) RETURNING id"
        ),
        {
            "person": person,
            "survey": survey,
            "area": area,
            "role": role,
            "valid_from": days.valid_from,
            "valid_to": days.valid_to,
        },
    ).scalar()
    return added


def end_membership(session: Session, membership: int, now: datetime) -> bool:
    """From now on: its last day was yesterday. False where it had ended before."""
    ended = session.execute(
        text(
            f"UPDATE memberships m SET valid_to = {TODAY} - 1 FROM surveys s"
            " WHERE m.id = :membership AND s.id = m.survey_id"
            f" AND coalesce(m.valid_to, 'infinity') >= {TODAY} RETURNING m.id"
        ),
        {"membership": membership, "now": now},
    ).scalar()
    return ended is not None


def save_memberships(
    session: Session, survey: int, roles: Iterable[tuple[int, int, str]]
) -> Counts:
    """Rows are person, area, role. What is on file already is left as it is."""
    total = bring_in(session, "person_id integer, area_id integer, role text", roles)
    new = (
        "NOT EXISTS (SELECT FROM memberships m WHERE m.person_id = i.person_id"
        " AND m.survey_id = :survey AND m.area_id = i.area_id AND m.role = i.role"
        " AND m.valid_to IS NULL)"
    )
    session.execute(
        text(f"DELETE FROM sessions t USING incoming i WHERE t.person_id = i.person_id AND {new}"),
        {"survey": survey},
    )
    added, _ = merge(
        session,
        "INSERT INTO memberships (person_id, survey_id, area_id, role)"
        f" SELECT person_id, :survey, area_id, role FROM incoming i WHERE {new}"
        " ORDER BY person_id, area_id, role",
        {"survey": survey},
    )
    return Counts(added, 0, total - added)


def scopes_of(session: Session, person: int, now: datetime) -> tuple[Scope, ...]:
    rows = session.execute(
        text(
            "SELECT s.code, m.area_id, m.role FROM memberships_of(:person) m"
            f" JOIN surveys s ON s.id = m.survey_id WHERE {TODAY} BETWEEN"
            " coalesce(m.valid_from, '-infinity') AND coalesce(m.valid_to, 'infinity')"
            " ORDER BY s.code, m.area_id, m.role"
        ),
        {"person": person, "now": now},
    )
    return tuple(Scope(*row) for row in rows)


def roles_held(session: Session, person: int, now: datetime) -> set[str]:
    """Of today and of days to come, in all surveys: a session may last into the next day."""
    rows = session.execute(
        text(
            "SELECT DISTINCT m.role FROM memberships_of(:person) m"
            " JOIN surveys s ON s.id = m.survey_id"
            f" WHERE coalesce(m.valid_to, 'infinity') >= {TODAY}"
        ),
        {"person": person, "now": now},
    )
    return set(rows.scalars())


def posts_of(session: Session, person: int, now: datetime) -> list[Post]:
    """What the person is, in all surveys; where every role has ended, what they were."""
    rows = session.execute(
        text(
            "SELECT s.code, m.role, m.path,"
            f" coalesce(m.valid_to, 'infinity') >= {TODAY} AS held"
            " FROM memberships_of(:person) m JOIN surveys s ON s.id = m.survey_id"
        ),
        {"person": person, "now": now},
    ).all()
    counted = [row for row in rows if row.held] or rows
    return [Post(row.code, row.role, tuple(row.path)) for row in counted]


def post_of(session: Session, survey: int, person: int, membership: int) -> Post | None:
    row = session.execute(
        text(
            "SELECT s.code, m.role, a.path FROM memberships m"
            " JOIN surveys s ON s.id = m.survey_id JOIN areas a ON a.id = m.area_id"
            " WHERE m.id = :membership AND m.person_id = :person AND m.survey_id = :survey"
        ),
        {"membership": membership, "person": person, "survey": survey},
    ).one_or_none()
    return None if row is None else Post(row.code, row.role, tuple(row.path))


def members_of(session: Session, survey: int) -> dict[str, int]:
    """Everybody with a role in the survey, by user name."""
    rows = session.execute(
        text(
            "SELECT DISTINCT p.username, p.id FROM people p"
            " JOIN memberships m ON m.person_id = p.id WHERE m.survey_id = :survey"
        ),
        {"survey": survey},
    )
    return {row.username: row.id for row in rows}
