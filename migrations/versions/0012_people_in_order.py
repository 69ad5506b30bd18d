"""A tablet is enrolled once in the hands of one person.

A new enrolment ends the person's earlier ones under the same device id, and nobody else's, so two
that count at once would be a mistake of ours. Of those that are there, the newest is the tablet's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        "UPDATE devices d SET revoked_at = now(), ended_by = 'enrolled_again'"
        " WHERE d.revoked_at IS NULL AND EXISTS (SELECT FROM devices n WHERE n.id > d.id"
        " AND n.survey_id = d.survey_id AND n.device_id = d.device_id"
        " AND n.person_id = d.person_id AND n.revoked_at IS NULL)"
    )
    op.create_index(
        "uq_devices_enrolled_once",
        "devices",
        ["survey_id", "device_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
