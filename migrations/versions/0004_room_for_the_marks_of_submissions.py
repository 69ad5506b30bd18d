"""A submission's state changes once, soon after it came: with room in its page, no index is written.

Without the room every change is written into three indexes whose keys are random, which costs the
more the larger they are. EA rows change with every batch of theirs. Holds for pages from now on.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE submissions SET (fillfactor = 50)")
    op.execute("ALTER TABLE ea_coverage SET (fillfactor = 50)")
