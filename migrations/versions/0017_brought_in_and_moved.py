"""What people bring in by hand from tablets that cannot sync, and what they move between surveys.

Only an operator's command moves, as the owner: no other role may write what moves.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

SEEN = {
    "rescue_imports": "EXISTS (SELECT FROM devices d WHERE d.id = rescue_imports.device_id)",
    "moves": "EXISTS (SELECT FROM submission_moves m WHERE m.move_id = moves.id)",
    "submission_moves": "EXISTS (SELECT FROM submissions s"
    " WHERE s.instance_id = submission_moves.instance_id)",
}
GRANTS = {
    "survey_web": (
        "GRANT SELECT ON rescue_imports TO survey_web",
        "GRANT SELECT ON moves, submission_moves TO survey_web",
    ),
    "survey_intake": ("GRANT SELECT, INSERT ON rescue_imports TO survey_intake",),
    "survey_worker": ("GRANT SELECT ON rescue_imports TO survey_worker",),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _rescue_imports()
    _moves()
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


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("from_survey", sa.Integer(), nullable=False),
        sa.Column("to_survey", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["from_survey"], ["surveys.id"], name=op.f("fk_moves_from_survey")),
        sa.ForeignKeyConstraint(["to_survey"], ["surveys.id"], name=op.f("fk_moves_to_survey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_moves_person_id")),
        sa.ForeignKeyConstraint(["undoes"], ["moves.id"], name=op.f("fk_moves_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
    )
    op.create_table(
        "submission_moves",
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("ea_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["move_id"], ["moves.id"], name=op.f("fk_submission_moves_move_id")
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_submission_moves_batch")),
        sa.PrimaryKeyConstraint("move_id", "instance_id", name=op.f("pk_submission_moves")),
    )
    op.create_index("ix_submission_moves_instance_id", "submission_moves", ["instance_id"])


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
