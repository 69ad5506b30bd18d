"""Submissions that come one at a time: how many a pending batch holds, so that a worker takes as
much as it can do whatever the sizes; and batch numbers that the door draws itself, because a body
is sealed for its batch before it is written."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # What is pending meanwhile is taken to be as large as most batches are.
    op.add_column(
        "pending_batches",
        sa.Column("submissions", sa.SmallInteger(), nullable=False, server_default="50"),
    )
    op.execute(
        "DO $do$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'survey_intake')"
        " THEN GRANT USAGE ON SEQUENCE batches_id_seq TO survey_intake; END IF; END $do$"
    )
