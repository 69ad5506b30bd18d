"""Form versions may be drafts, forms remember what was done with them, trials are kept apart."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

GRANTS = {
    "survey_web": (
        "GRANT SELECT ON form_events, trials TO survey_web",
        "GRANT INSERT ON forms, form_versions, form_media, form_events, trials TO survey_web",
        "GRANT UPDATE (title, state) ON forms TO survey_web",
        # Never what a version is made of.
        "GRANT UPDATE (state, published_at) ON form_versions TO survey_web",
    ),
    "survey_worker": ("GRANT SELECT ON form_events, trials TO survey_worker",),
}


def upgrade() -> None:
    op.add_column(
        "form_versions",
        sa.Column("state", sa.String(), server_default="published", nullable=False),
    )
    op.add_column(
        "form_versions",
        sa.Column("checks", postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_form_versions_state"),
        "form_versions",
        "state IN ('draft', 'published', 'withdrawn')",
    )
    _tables()
    for role, grants in GRANTS.items():
        _allow(role, grants)
    op.drop_constraint(op.f("ck_submissions_state"), "submissions")
    op.execute(
        "ALTER TABLE submissions ADD CONSTRAINT ck_submissions_state CHECK"
        " (state IN ('received', 'derived', 'quarantined', 'trial')) NOT VALID"
    )
    # Looking at every row may take long, and nobody should have to wait for it.
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE submissions VALIDATE CONSTRAINT ck_submissions_state")


def _tables() -> None:
    op.create_table(
        "form_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "what IN ('drafted', 'published', 'withdrawn', 'closed', 'reopened')",
            name=op.f("ck_form_events_what"),
        ),
        sa.ForeignKeyConstraint(["form"], ["forms.id"], name=op.f("fk_form_events_form")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_form_events_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_events")),
    )
    op.create_index("ix_form_events_form", "form_events", ["form"])
    op.create_table(
        "trials",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_trials")),
    )
    op.create_index(
        "ix_trials_form_version_id", "trials", ["form_version_id", "received_at", "instance_id"]
    )


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
