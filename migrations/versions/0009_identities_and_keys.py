"""Identities stand apart from answers, and bodies are encrypted with keys of their survey.

Names and addresses move to tables of their own, and their columns go: stop the processes of the
version before for as long as this takes. Where it fails, nothing has changed. Afterwards the old
bytes still lie in the files of the tables: `VACUUM FULL units, persons, findings` when there is
time, then `survey-server keys seal` for every survey. `survey-server revalidate` fills in again
what findings may quote.
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
        "GRANT SELECT ON unit_identities TO survey_web",
    ),
    # Tablets are told whom they are to visit.
    "survey_intake": ("GRANT SELECT ON unit_identities TO survey_intake",),
    "survey_worker": (
        "GRANT SELECT ON survey_keys TO survey_worker",
        "GRANT EXECUTE ON FUNCTION survey_keys_in_use TO survey_worker",
        "GRANT SELECT, INSERT, DELETE ON person_identities TO survey_worker",
    ),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _keys()
    _identities_of_units()
    _identities_of_persons()
    _releases()
    _retirements()
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


def _identities_of_units() -> None:
    op.create_table(
        "unit_identities",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("head_name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_identities_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_identities")),
    )
    op.execute(
        "INSERT INTO unit_identities (unit_id, address, head_name)"
        " SELECT id, address, head_name FROM units"
    )
    op.drop_column("units", "address")
    op.drop_column("units", "head_name")


def _identities_of_persons() -> None:
    op.create_table(
        "person_identities",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("name_fold", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id", "ea_id"],
            ["interviews.interview_id", "interviews.ea_id"],
            name=op.f("fk_person_identities_interview_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", "ea_id", "line", name=op.f("pk_person_identities")),
    )
    columns = "interview_id, ea_id, line, scope_id, name, name_key, name_fold, sex, birth_year"
    op.execute(f"INSERT INTO person_identities ({columns}) SELECT {columns} FROM persons")
    op.create_index(
        "ix_person_identities_scope_id_name_fold",
        "person_identities",
        ["scope_id", "name_fold", "birth_year", "sex"],
    )
    op.drop_index("ix_persons_scope_id_name_fold", "persons")
    for column in ("scope_id", "name", "name_key", "name_fold"):
        op.drop_column("persons", column)
    # What findings have quoted until now cannot be told from names: revalidate brings back what
    # may stand there.
    op.execute("UPDATE findings SET value = '', reads = '{}' WHERE value <> '' OR reads <> '{}'")


def _releases() -> None:
    op.add_column(
        "releases", sa.Column("identified", sa.Boolean(), server_default="false", nullable=False)
    )
    op.execute("UPDATE releases SET identified = true")
    op.drop_constraint(op.f("ck_releases_state"), "releases")
    op.create_check_constraint(
        op.f("ck_releases_state"),
        "releases",
        "state IN ('asked', 'making', 'ready', 'failed', 'destroyed')",
    )


def _retirements() -> None:
    op.create_table(
        "retirements",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_retirements_two_persons")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name=op.f("fk_retirements_survey_id")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_retirements_asked_by")),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["people.id"], name=op.f("fk_retirements_confirmed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retirements")),
    )
    op.create_index(
        "uq_retirements_confirmed",
        "retirements",
        ["survey_id"],
        unique=True,
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
