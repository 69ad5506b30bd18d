"""How many workers in a row tried a submission alone and were not heard of again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "pending_batches",
        sa.Column("probes", sa.SmallInteger(), server_default="0", nullable=False),
    )
