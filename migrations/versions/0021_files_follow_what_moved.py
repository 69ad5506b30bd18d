"""Files of interviews that were moved to another survey are kept there, also those that come late:
whoever takes them in has to know where interviews went."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # A database without our roles has one user, who owns everything.
    op.execute(
        "DO $do$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'survey_intake')"
        " THEN GRANT SELECT ON moves TO survey_intake; END IF; END $do$"
    )
