"""Signing in: second factors, resets, tokens for programs, attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

WHEN = postgresql.TIMESTAMP(timezone=True)
GRANTS = {
    "survey_web": (
        "GRANT SELECT ON second_factors, recovery_codes, password_resets, api_tokens, failures"
        " TO survey_web",
        "GRANT INSERT ON people, memberships, second_factors, recovery_codes, password_resets,"
        " api_tokens, failures TO survey_web",
        "GRANT UPDATE (name, password_hash, disabled_at) ON people TO survey_web",
        "GRANT UPDATE (valid_to) ON memberships TO survey_web",
        "GRANT UPDATE (sealed, pending, last_step, confirmed_at) ON second_factors TO survey_web",
        "GRANT UPDATE (used_at) ON recovery_codes TO survey_web",
        "GRANT UPDATE (ended_at) ON password_resets TO survey_web",
        "GRANT UPDATE (seen_at, revoked_at) ON api_tokens TO survey_web",
        "GRANT DELETE ON second_factors, recovery_codes, failures TO survey_web",
    ),
    "survey_worker": (
        "GRANT SELECT (created_at, seen_at) ON sessions TO survey_worker",
        "GRANT SELECT (failed_at) ON failures TO survey_worker",
        "GRANT DELETE ON sessions, failures TO survey_worker",
        # Who somebody is, yes; what they sign in with, no.
        "REVOKE SELECT ON people FROM survey_worker",
        "GRANT SELECT (id, username, name, created_at, disabled_at) ON people TO survey_worker",
    ),
}


def upgrade() -> None:
    _sessions()
    _second_factors()
    _password_resets()
    _api_tokens()
    _failures()
    op.create_index("ix_memberships_area_id", "memberships", ["area_id"])
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _sessions() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    # Whoever is signed in signs in again: nobody gave a second factor yet.
    op.execute("DELETE FROM sessions")
    op.add_column(
        "sessions", sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False)
    )
    op.add_column(
        "sessions", sa.Column("setting_up", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("sessions", sa.Column("client", sa.String(), server_default="", nullable=False))
    op.create_unique_constraint(op.f("uq_sessions_id"), "sessions", ["id"])


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pending", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_second_factors_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "code_sha256", name=op.f("pk_recovery_codes")),
    )


def _password_resets() -> None:
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("drops_second_factor", sa.Boolean(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_password_resets_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_password_resets_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_password_resets_token_sha256")),
    )
    op.create_index(op.f("ix_password_resets_person_id"), "password_resets", ["person_id"])


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("revoked_at", WHEN, nullable=True),
        sa.Column("seen_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_api_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_tokens_token_sha256")),
    )
    op.create_index(op.f("ix_api_tokens_person_id"), "api_tokens", ["person_id"])


def _failures() -> None:
    op.create_table(
        "failures",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("subject_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("failed_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failures")),
    )
    op.create_index("ix_failures_subject_failed_at", "failures", ["subject_sha256", "failed_at"])
    op.create_index(op.f("ix_failures_failed_at"), "failures", ["failed_at"])


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
