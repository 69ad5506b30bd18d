"""Findings tell what a rule has read and who confirmed it; the office changes rules centrally."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

GRANTS = {
    "survey_web": (
        "GRANT SELECT ON rule_changes, revalidations TO survey_web",
        "GRANT INSERT ON rule_changes TO survey_web",
    ),
    "survey_worker": ("GRANT SELECT ON rule_changes, revalidations TO survey_worker",),
}


def upgrade() -> None:
    op.add_column(
        "findings", sa.Column("reads", postgresql.JSONB(), server_default="{}", nullable=False)
    )
    op.add_column("findings", sa.Column("confirmed", sa.String(), nullable=True))
    op.add_column("interviews", sa.Column("represented_by", sa.String(), nullable=True))
    op.add_column(
        "interviews",
        sa.Column("describes_dwelling", sa.Boolean(), server_default="false", nullable=False),
    )
    _rule_changes()
    _revalidations()
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _rule_changes() -> None:
    op.create_table(
        "rule_changes",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("check", postgresql.JSONB(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "action IN ('off', 'error', 'warning', 'as_written')",
            name=op.f("ck_rule_changes_action"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_rule_changes_survey_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_rule_changes_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_changes")),
    )
    op.create_index("ix_rule_changes_survey_id", "rule_changes", ["survey_id", "id"])


def _revalidations() -> None:
    op.create_table(
        "revalidations",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("as_of", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_ea", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_revalidations_survey_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revalidations")),
    )
    op.create_index(
        "uq_revalidations_open",
        "revalidations",
        ["survey_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
