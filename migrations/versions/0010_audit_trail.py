"""The audit trail: entries, the seals that chain them, and the anchors that were carried away.

Nobody changes or removes a row, whatever their grants: triggers refuse it to the owner too. A
shared lock marks whoever is about to write an entry, so that the sealer knows that no smaller id
can appear any more (store/audit).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

TABLES = ("audit_entries", "audit_seals", "audit_anchors")
# Nobody chooses an id: one far ahead would leave all that follow unsealed.
GRANTS = {
    "survey_web": (
        "REVOKE ALL ON audit_entries, audit_seals, audit_anchors FROM survey_web",
        "GRANT SELECT, INSERT (at, action, survey, person, device, object, data)"
        " ON audit_entries TO survey_web",
        "GRANT SELECT ON audit_seals, audit_anchors TO survey_web",
    ),
    "survey_worker": (
        "REVOKE ALL ON audit_entries, audit_seals, audit_anchors FROM survey_worker",
        "GRANT SELECT, INSERT (at, action, survey, person, device, object, data)"
        " ON audit_entries TO survey_worker",
        "GRANT SELECT, INSERT ON audit_seals, audit_anchors TO survey_worker",
    ),
}


def upgrade() -> None:
    _tables()
    _forbid_changes()
    _mark_writers()
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _tables() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("survey", sa.String(), server_default="", nullable=False),
        sa.Column("person", sa.Integer(), nullable=True),
        sa.Column("device", sa.Integer(), nullable=True),
        sa.Column("object", sa.String(), server_default="", nullable=False),
        sa.Column("data", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_survey", "audit_entries", ["survey", "id"])
    op.create_index("ix_audit_entries_person", "audit_entries", ["person", "id"])
    op.create_table(
        "audit_seals",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seals_entry_id")),
    )
    op.create_table(
        "audit_anchors",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("line_sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_anchors")),
    )


def _forbid_changes() -> None:
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = '42501'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )


def _mark_writers() -> None:
    """Before the statement, and so before the entry gets its id."""
    op.execute(
        "CREATE FUNCTION audit_writer_is_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock_shared(20240401, 10); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER writer_is_here BEFORE INSERT ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_writer_is_here()"
    )


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
