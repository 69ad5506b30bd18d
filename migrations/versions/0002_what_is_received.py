"""What tablets send: kept byte for byte, with the marks of what is still to be done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("traceback", sa.String(), nullable=True),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("outcomes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_batches_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("device_id", "batch_id", name=op.f("uq_batches_device_id_batch_id")),
    )
    op.create_table(
        "batch_bodies",
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("body_format", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_batch_bodies_batch")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_batch_bodies")),
    )
    op.create_table(
        "pending_batches",
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("probing", sa.SmallInteger(), nullable=True),
        sa.Column("probes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_pending_batches_batch")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_pending_batches")),
    )
    op.create_table(
        "submission_variants",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"], ["batches.id"], name=op.f("fk_submission_variants_batch")
        ),
        sa.PrimaryKeyConstraint("instance_id", "digest", name=op.f("pk_submission_variants")),
    )
    op.create_table(
        "submissions",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("survey_id", sa.SmallInteger(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=True),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("ea_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'derived', 'quarantined')", name=op.f("ck_submissions_state")
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name=op.f("fk_submissions_batch")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_submissions")),
    )
    op.create_index("ix_submissions_batch", "submissions", ["batch"], unique=False)
    op.create_index("ix_submissions_interview_id", "submissions", ["interview_id"], unique=False)
    # Bodies are compressed already; trying again would cost PostgreSQL more than all the rest.
    op.execute("ALTER TABLE batch_bodies ALTER COLUMN body SET STORAGE EXTERNAL")
    # What was received is added to and never rewritten; marks come and go within seconds.
    op.execute(
        "ALTER TABLE pending_batches SET (autovacuum_vacuum_scale_factor = 0,"
        " autovacuum_vacuum_threshold = 1000)"
    )
    # A submission's state changes once, soon after it came: with room in its page no index is
    # written. Otherwise the change goes into indexes whose keys are random and costs the more the
    # larger they are.
    op.execute("ALTER TABLE submissions SET (fillfactor = 50)")
