"""What a lost tablet may take with it: the households that have to be visited again.

They are those of the work its person had while they carried it, for which nothing that is
complete has been acknowledged, from whichever tablet. What is acknowledged and not read yet, or
in quarantine, is on the server and is no reason to knock again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

NOTHING_RECEIVED = "nothing_received"
NOT_COMPLETE = "not_complete"


@dataclass(frozen=True, slots=True)
class ToRevisit:
    """`address` as the list of units has it, "" where it has none. `why`: nothing was received of
    it, or only what is not complete, whose continuation may be on the tablet."""

    unit: str
    ea: str
    ea_name: str
    address: str
    why: str


_TO_REVISIT = text(
    """
    WITH work AS (
        SELECT DISTINCT u.id, u.code AS unit, ea.code AS ea, ea.name AS ea_name
        FROM devices d
        JOIN assignments a ON a.survey_id = d.survey_id AND a.person_id = d.person_id
             AND a.assigned_at <= coalesce(d.lost_at, d.revoked_at, now())
             AND (a.ended_at IS NULL OR a.ended_at >= d.enrolled_at)
        JOIN areas ea ON ea.id = a.ea_id AND ea.path && CAST(:allowed AS integer[])
        JOIN units u ON u.ea_id = a.ea_id AND (a.unit_id IS NULL OR a.unit_id = u.id)
        WHERE d.id = :device AND u.expected
    ), waiting AS (
        SELECT s.unit_id FROM submissions s JOIN pending_batches p ON p.batch = s.batch
        WHERE s.unit_id IN (SELECT id FROM work) AND s.state = 'received'
        UNION
        SELECT s.unit_id FROM submissions s JOIN quarantine q ON q.instance_id = s.instance_id
        WHERE s.unit_id IN (SELECT id FROM work) AND s.state = 'quarantined'
    ), told AS (
        SELECT i.unit_id, bool_or(i.complete) AS complete FROM interviews i
        WHERE i.unit_id IN (SELECT id FROM work) GROUP BY i.unit_id
    )
    SELECT w.unit, w.ea, w.ea_name, coalesce(n.address, '') AS address,
           CASE WHEN t.unit_id IS NULL THEN 'nothing_received' ELSE 'not_complete' END AS why
    FROM work w LEFT JOIN told t ON t.unit_id = w.id
    LEFT JOIN unit_identities n ON n.unit_id = w.id
    WHERE NOT coalesce(t.complete, false) AND w.id NOT IN (SELECT unit_id FROM waiting)
    ORDER BY w.ea, w.unit LIMIT :most
    """
)


def to_revisit(
    session: Session, device: int, allowed: Sequence[int], most: int = 5000
) -> list[ToRevisit]:
    """Within the given areas only, sorted by EA and unit."""
    rows = session.execute(_TO_REVISIT, {"device": device, "allowed": list(allowed), "most": most})
    return [ToRevisit(*row) for row in rows]
