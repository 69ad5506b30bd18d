"""Attachments: which files submissions name, and which are kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0012"

# A file is seen by whoever sees a submission that names it.
SEEN = {
    "submission_attachments": "EXISTS (SELECT FROM submissions s"
    " WHERE s.instance_id = submission_attachments.instance_id)",
    "attachments": "EXISTS (SELECT FROM submission_attachments n"
    " WHERE n.survey_id = attachments.survey_id AND n.sha256 = attachments.sha256)",
}
GRANTS = {
    "survey_web": ("GRANT SELECT ON attachments, submission_attachments TO survey_web",),
    "survey_intake": (
        "GRANT SELECT, INSERT ON attachments, submission_attachments TO survey_intake",
        "GRANT UPDATE (asked_at, id, key_id, stored_at) ON attachments TO survey_intake",
        "GRANT UPDATE (sha256) ON submission_attachments TO survey_intake",
    ),
    "survey_worker": (
        "GRANT SELECT ON attachments, submission_attachments TO survey_worker",
        "GRANT DELETE ON attachments TO survey_worker",
    ),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _attachments()
    _submission_attachments()
    for table, seen in SEEN.items():
        _protect(table, seen)
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("stored_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_attachments_survey_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("survey_id", "sha256", name=op.f("uq_attachments_survey_id_sha256")),
    )


def _submission_attachments() -> None:
    op.create_table(
        "submission_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("variant", sa.Boolean(), nullable=False),
        sa.Column("stated_by", sa.String(), nullable=False),
        sa.Column("stated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stated_by IN ('submission', 'upload')",
            name=op.f("ck_submission_attachments_stated_by"),
        ),
        sa.CheckConstraint(
            "sha256 IS NOT NULL OR NOT variant", name=op.f("ck_submission_attachments_variant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_attachments")),
        sa.UniqueConstraint(
            "instance_id", "name", "sha256",
            name=op.f("uq_submission_attachments_instance_id_name_sha256"),
        ),
    )  # fmt: skip
    op.create_index(
        "uq_submission_attachments_the_one",
        "submission_attachments",
        ["instance_id", "name"],
        unique=True,
        postgresql_where=sa.text("NOT variant"),
    )
    op.create_index(
        "ix_submission_attachments_survey_id_sha256",
        "submission_attachments",
        ["survey_id", "sha256"],
    )


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
