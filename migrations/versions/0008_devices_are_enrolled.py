"""Tablets are enrolled by one-time codes; enrolments tell their model, their app and their end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

WEB = (
    "GRANT SELECT, INSERT ON enrolment_codes TO survey_web",
    "GRANT UPDATE (used_at, device, ended_at) ON enrolment_codes TO survey_web",
    "GRANT INSERT ON devices TO survey_web",
    "GRANT UPDATE (revoked_at, ended_by, revoked_by, revoke_reason, lost_at) ON devices"
    " TO survey_web",
    # Work is handed over: what was is ended, never changed.
    "GRANT INSERT ON assignments TO survey_web",
    "GRANT UPDATE (ended_at) ON assignments TO survey_web",
    "GRANT EXECUTE ON FUNCTION has_open_work TO survey_web",
)
# As the owner: whoever gives somebody's work away may not see what else that person has to do.
HAS_OPEN_WORK = (
    "CREATE FUNCTION has_open_work(survey integer, person integer) RETURNS boolean LANGUAGE sql"
    " STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT EXISTS"
    " (SELECT FROM assignments a WHERE a.survey_id = survey AND a.person_id = person"
    " AND a.ended_at IS NULL) $$"
)


def upgrade() -> None:
    for name in ("secret_prefix", "model", "app", "ended_by", "revoke_reason"):
        op.add_column("devices", sa.Column(name, sa.String(), nullable=True))
    op.add_column("devices", sa.Column("revoked_by", sa.Integer(), nullable=True))
    op.add_column(
        "devices", sa.Column("lost_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_devices_revoked_by"), "devices", "people", ["revoked_by"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_devices_ended_by"),
        "devices",
        "ended_by IN ('office', 'lost', 'enrolled_again', 'handed_on', 'replaced')",
    )
    op.create_index("ix_devices_survey_id_device_id", "devices", ["survey_id", "device_id"])
    _codes()
    op.execute(HAS_OPEN_WORK)
    op.execute("REVOKE EXECUTE ON FUNCTION has_open_work FROM PUBLIC")
    for grant in WEB:
        _allow("survey_web", grant)


def _codes() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "enrolment_codes",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", moment, nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.Column("device", sa.Integer(), nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_enrolment_codes_survey_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_enrolment_codes_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["people.id"], name=op.f("fk_enrolment_codes_issued_by")
        ),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_enrolment_codes_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_codes")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_enrolment_codes_code_digest")),
    )
    op.create_index("ix_enrolment_codes_person_id", "enrolment_codes", ["person_id"])


def _allow(role: str, grant: str) -> None:
    """A database without our roles has one user, who owns everything."""
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
        f" THEN {grant}; END IF; END $$"
    )
