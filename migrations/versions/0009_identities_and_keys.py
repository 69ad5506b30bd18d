"""Identities stand apart from answers, and bodies are encrypted with keys of their survey.

Names and addresses move to tables of their own, and their columns go: stop the processes of the
version before for as long as this takes. Where it fails, nothing has changed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

GRANTS = {
    "survey_web": (
        "GRANT SELECT ON survey_keys TO survey_web",
        "GRANT INSERT ON survey_keys TO survey_web",
        "GRANT EXECUTE ON FUNCTION survey_keys_in_use TO survey_web",
    ),
    "survey_worker": (
        "GRANT SELECT ON survey_keys TO survey_worker",
        "GRANT EXECUTE ON FUNCTION survey_keys_in_use TO survey_worker",
    ),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _keys()
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _keys() -> None:
    op.create_table(
        "survey_keys",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'retired', 'destroyed')", name=op.f("ck_survey_keys_state")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_survey_keys_survey_id")
        ),
        sa.PrimaryKeyConstraint("survey_id", "key_id", name=op.f("pk_survey_keys")),
    )
    op.create_index(
        "uq_survey_keys_active",
        "survey_keys",
        ["survey_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.add_column("surveys", sa.Column("state", sa.String(), server_default="open", nullable=False))
    op.create_check_constraint(op.f("ck_surveys_state"), "surveys", "state IN ('open', 'retired')")
    op.add_column("pending_batches", sa.Column("waits_for", sa.String(), nullable=True))
    # Volatile, so that the second statement sees what was committed while the first one waited.
    op.execute(
        "CREATE FUNCTION survey_keys_in_use(wanted integer)"
        " RETURNS TABLE (survey text, retired boolean, key_id text, state text, fingerprint bytea)"
        " LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock_shared(7302513, wanted);"
        " RETURN QUERY SELECT s.code::text, s.state = 'retired', k.key_id::text, k.state::text,"
        "  k.fingerprint FROM surveys s LEFT JOIN survey_keys k ON k.survey_id = s.id"
        "  WHERE s.id = wanted ORDER BY k.made_at; END $$"
    )
    op.execute("REVOKE EXECUTE ON FUNCTION survey_keys_in_use FROM PUBLIC")


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
