"""What whoever took a content had before them, and which unit that content is about.

`variants` counts the other contents that lay beside the first: one that comes later has been seen
by nobody. What was decided before is taken to have been decided with all that lay there then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.add_column("content_choices", sa.Column("variants", sa.Integer(), nullable=True))
    op.add_column("content_choices", sa.Column("unit_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE content_choices c SET variants = (SELECT count(*) FROM submission_variants v"
        " WHERE v.instance_id = c.instance_id AND v.received_at <= c.chosen_at)"
    )
