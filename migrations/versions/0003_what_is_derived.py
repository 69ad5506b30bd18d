"""Interviews, findings, persons, matches and coverage: derived, and rebuilt at any time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "ea_coverage",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("complete", sa.Integer(), server_default="0", nullable=False),
        sa.Column("partial", sa.Integer(), server_default="0", nullable=False),
        sa.Column("absent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_a_dwelling", sa.Integer(), server_default="0", nullable=False),
        sa.Column("all_died", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("with_findings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("persons", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("survey_id", "ea_id", name=op.f("pk_ea_coverage")),
    )
    op.create_table(
        "ea_days",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("not_a_dwelling", sa.Integer(), nullable=False),
        sa.Column("all_died", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("with_findings", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("last_received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("survey_id", "ea_id", "day", "person_id", name=op.f("pk_ea_days")),
    )
    op.create_table(
        "interviews",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("current", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("persons", sa.SmallInteger(), nullable=False),
        sa.Column("errors", sa.SmallInteger(), nullable=False),
        sa.Column("warnings", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("first_received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", "ea_id", name=op.f("pk_interviews")),
    )
    op.create_index(
        "ix_interviews_content",
        "interviews",
        ["content"],
        unique=False,
        postgresql_where="content IS NOT NULL",
    )
    op.create_index("ix_interviews_ea_id", "interviews", ["ea_id"], unique=False)
    op.create_index("ix_interviews_unit_id", "interviews", ["unit_id"], unique=False)
    op.create_table(
        "matches",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("a", sa.Uuid(), nullable=False),
        sa.Column("a_ea", sa.Integer(), nullable=False),
        sa.Column("b", sa.Uuid(), nullable=False),
        sa.Column("b_ea", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('same_content', 'same_household', 'same_interview', 'same_unit')",
            name=op.f("ck_matches_kind"),
        ),
        sa.CheckConstraint("(a, a_ea) < (b, b_ea)", name=op.f("ck_matches_ordered")),
        sa.PrimaryKeyConstraint("a", "a_ea", "b", "b_ea", "kind", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_b"), "matches", ["b"], unique=False)
    op.create_table(
        "findings",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id", "ea_id"],
            ["interviews.interview_id", "interviews.ea_id"],
            name=op.f("fk_findings_interview_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", "ea_id", "rule", "path", name=op.f("pk_findings")),
    )
    op.create_table(
        "persons",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("name_fold", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birth_month", sa.SmallInteger(), nullable=True),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column("relation", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id", "ea_id"],
            ["interviews.interview_id", "interviews.ea_id"],
            name=op.f("fk_persons_interview_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", "ea_id", "line", name=op.f("pk_persons")),
    )
    op.create_index(
        "ix_persons_scope_id_name_fold",
        "persons",
        ["scope_id", "name_fold", "birth_year", "sex"],
        unique=False,
    )
    # EA rows change with every batch of theirs.
    op.execute("ALTER TABLE ea_coverage SET (fillfactor = 50)")
