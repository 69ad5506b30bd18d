"""What people bring in by hand from tablets that cannot sync, and what became of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

SEEN = {
    "rescue_imports": "EXISTS (SELECT FROM devices d WHERE d.id = rescue_imports.device_id)",
}
GRANTS = {
    "survey_web": ("GRANT SELECT ON rescue_imports TO survey_web",),
    "survey_intake": ("GRANT SELECT, INSERT ON rescue_imports TO survey_intake",),
    "survey_worker": ("GRANT SELECT ON rescue_imports TO survey_worker",),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _rescue_imports()
    for table, seen in SEEN.items():
        _protect(table, seen)
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _rescue_imports() -> None:
    op.create_table(
        "rescue_imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_rescue_imports_survey_id")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_rescue_imports_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_rescue_imports_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescue_imports")),
    )
    op.create_index("ix_rescue_imports_device_id", "rescue_imports", ["device_id"])


def _protect(table: str, seen: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _allow(
        "survey_web",
        (
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY seen ON {table} TO survey_web USING ({seen})",
        ),
    )
    _allow("survey_worker", (f"CREATE POLICY work ON {table} TO survey_worker USING (true)",))
    _allow("survey_intake", (f"CREATE POLICY intake ON {table} TO survey_intake USING (true)",))


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $do$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $do$"
        )
