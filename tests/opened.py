"""Stored bodies as they were before they were sealed."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.services import bodies
from survey_server.store import intake
from tests.world import World


def packed_bodies(world: World) -> list[bytes]:
    """All of a survey, in the order in which they came."""
    with Session(world.engine) as session:
        numbers = session.scalars(
            text(
                "SELECT t.id FROM batches t JOIN devices d ON d.id = t.device_id"
                " WHERE d.survey_id = :survey ORDER BY t.id"
            ),
            {"survey": world.id},
        ).all()
        sealed = intake.bodies_of(session, numbers)
        return [
            bodies.open_one(session, world.id, batch, sealed[batch]) for batch in sorted(sealed)
        ]


def sealed_bodies(world: World) -> list[bytes]:
    """As they lie in the table."""
    found = world.sql(
        "SELECT b.body FROM batch_bodies b JOIN batches t ON t.id = b.batch"
        " JOIN devices d ON d.id = t.device_id WHERE d.survey_id = :survey ORDER BY b.batch"
    )
    return [bytes(row.body) for row in found]
