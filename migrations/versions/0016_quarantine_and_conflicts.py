"""What becomes of submissions that could not be understood, or came twice with other content.

`quarantine` says what was claimed and when it is tried again; acts and choices are added to and
never changed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

OF_SUBMISSION = "EXISTS (SELECT FROM submissions s WHERE s.instance_id = {}.instance_id)"
SEEN = {
    name: OF_SUBMISSION.format(name)
    for name in ("quarantine_acts", "content_choices", "reopenings")
}
GRANTS = {
    "survey_web": (
        "GRANT SELECT, INSERT ON quarantine_acts, content_choices, reopenings TO survey_web",
        "GRANT INSERT ON batches, batch_bodies TO survey_web",
        "GRANT EXECUTE ON FUNCTION contents_of_submission TO survey_web",
    ),
    "survey_worker": (
        "GRANT SELECT, INSERT ON quarantine_acts TO survey_worker",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON reopenings TO survey_worker",
        "GRANT SELECT ON content_choices TO survey_worker",
        "GRANT EXECUTE ON FUNCTION contents_of_submission TO survey_worker",
        "GRANT UPDATE (code, traceback, reopened_at, retries, next_retry_at, last_tried_at)"
        " ON quarantine TO survey_worker",
        "GRANT UPDATE (form_version_id, unit_id, ea_id) ON submissions TO survey_worker",
        "GRANT INSERT ON pending_batches TO survey_worker",
    ),
}
# What lies in no EA is seen by whoever looks after the person who sent it; what the office writes
# is written by the person who looks.
POLICIES = (
    "CREATE POLICY unplaced ON unknown_units FOR SELECT TO survey_web USING"
    f" ({OF_SUBMISSION.format('unknown_units')})",
    "CREATE POLICY of_variant ON batches TO survey_web USING (EXISTS"
    " (SELECT FROM submission_variants v WHERE v.batch = batches.id))",
    "CREATE POLICY unplaced ON submissions TO survey_web USING (ea_id IS NULL"
    " AND person_id IN (SELECT id FROM seen_people() AS seen(id)))",
    "CREATE POLICY office ON batches TO survey_web USING (imported_by = (SELECT seen_person()))",
    "CREATE POLICY office ON batch_bodies FOR INSERT TO survey_web WITH CHECK (EXISTS"
    " (SELECT FROM batches b WHERE b.id = batch AND b.imported_by = (SELECT seen_person())))",
)

# The bodies that hold what was ever sent or written under one id, in its own survey: the web role
# can read no others.
CONTENTS = """
    CREATE FUNCTION contents_of_submission(wanted uuid)
    RETURNS TABLE (batch bigint, body bytea, body_format text, key_id text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.batch, b.body, b.body_format, b.key_id FROM batch_bodies b WHERE b.batch IN (
        SELECT s.batch FROM submissions s WHERE s.instance_id = wanted
        UNION SELECT v.batch FROM submission_variants v WHERE v.instance_id = wanted
        UNION SELECT c.batch FROM content_choices c WHERE c.instance_id = wanted)
    AND EXISTS (SELECT FROM batches t JOIN devices d ON d.id = t.device_id
        JOIN submissions s ON s.survey_id = d.survey_id
        WHERE t.id = b.batch AND s.instance_id = wanted)
    ORDER BY b.batch $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _quarantine()
    _acts()
    _choices()
    _reopenings()
    op.create_index("ix_submission_variants_batch", "submission_variants", ["batch"])
    op.execute(CONTENTS)
    op.execute("REVOKE EXECUTE ON FUNCTION contents_of_submission FROM PUBLIC")
    # Who brought a batch in by hand; empty where its tablet sent it.
    op.add_column("batches", sa.Column("imported_by", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_batches_imported_by"), "batches", "people", ["imported_by"], ["id"]
    )
    for table, seen in SEEN.items():
        _protect(table, seen)
    for role, grants in GRANTS.items():
        _allow(role, grants)
    _allow("survey_web", POLICIES)


def _quarantine() -> None:
    op.add_column("quarantine", sa.Column("form_id", sa.String(), nullable=True))
    op.add_column("quarantine", sa.Column("form_version", sa.String(), nullable=True))
    op.add_column(
        "quarantine", sa.Column("retries", sa.SmallInteger(), nullable=False, server_default="0")
    )
    when = postgresql.TIMESTAMP(timezone=True)
    op.add_column("quarantine", sa.Column("next_retry_at", when, nullable=True))
    op.add_column("quarantine", sa.Column("last_tried_at", when, nullable=True))
    op.add_column("quarantine", sa.Column("reopened_at", when, nullable=True))
    op.create_index(
        "ix_quarantine_since",
        "quarantine",
        ["since", "instance_id"],
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.create_index(
        "ix_quarantine_next_retry_at",
        "quarantine",
        ["next_retry_at"],
        postgresql_where=sa.text("next_retry_at IS NOT NULL"),
    )


def _acts() -> None:
    op.create_table(
        "quarantine_acts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("form_version_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "act IN ('retried', 'replayed', 'fixed', 'set_aside', 'taken_back')",
            name=op.f("ck_quarantine_acts_act"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_quarantine_acts_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_acts")),
    )
    op.create_index("ix_quarantine_acts_instance_id", "quarantine_acts", ["instance_id"])


def _choices() -> None:
    op.create_table(
        "content_choices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("chosen_by", sa.Integer(), nullable=False),
        sa.Column("chosen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('first', 'variant', 'correction')", name=op.f("ck_content_choices_kind")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["people.id"], name=op.f("fk_content_choices_chosen_by")
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_content_choices_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_choices")),
    )
    op.create_index("ix_content_choices_instance_id", "content_choices", ["instance_id", "id"])


def _reopenings() -> None:
    """What workers are to take up again: they take the row away with it."""
    op.create_table(
        "reopenings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopenings")),
    )
    op.create_index("ix_reopenings_instance_id", "reopenings", ["instance_id"])


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
