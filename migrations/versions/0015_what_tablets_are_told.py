"""What changed is known by the transaction that changed it; reviews, messages, reserved numbers.

A tablet's cursor is a point in the order of transactions: `changed` holds the number of the one
that last wrote a row, and everything from the oldest that was under way is told again. Numbers of
households found in the field are units that nobody expects, reserved for one person.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

MOMENT = postgresql.TIMESTAMP(timezone=True)

CHANGES = (
    "CREATE FUNCTION this_change() RETURNS bigint LANGUAGE sql STABLE AS $$"
    " SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) $$",
    "ALTER TABLE units ADD COLUMN changed bigint NOT NULL DEFAULT this_change()",
    "ALTER TABLE assignments ADD COLUMN changed bigint NOT NULL DEFAULT this_change()",
    "CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN NEW.changed := this_change(); RETURN NEW; END $$",
    "CREATE TRIGGER note_change BEFORE UPDATE OF ea_id, code, listed_persons, expected ON units"
    " FOR EACH ROW EXECUTE FUNCTION note_change()",
    "CREATE TRIGGER note_change BEFORE UPDATE ON assignments"
    " FOR EACH ROW EXECUTE FUNCTION note_change()",
    # A household's name or address is part of what is told about its unit. As the owner: whoever
    # may write names need not be allowed to write units.
    "CREATE FUNCTION note_identities() RETURNS trigger LANGUAGE plpgsql"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " BEGIN UPDATE units u SET changed = this_change() FROM written w"
    "  WHERE u.id = w.unit_id AND u.changed <> this_change(); RETURN NULL; END $$",
    "CREATE TRIGGER note_new AFTER INSERT ON unit_identities REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_identities()",
    "CREATE TRIGGER note_changed AFTER UPDATE ON unit_identities REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_identities()",
    "CREATE FUNCTION note_departure() RETURNS trigger LANGUAGE plpgsql"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " BEGIN INSERT INTO unit_departures (ea_id, code) VALUES (OLD.ea_id, OLD.code);"
    "  RETURN NULL; END $$",
    "CREATE TRIGGER note_move AFTER UPDATE OF ea_id, code ON units FOR EACH ROW"
    " WHEN (OLD.ea_id <> NEW.ea_id OR OLD.code <> NEW.code) EXECUTE FUNCTION note_departure()",
    "CREATE TRIGGER note_end AFTER DELETE ON units FOR EACH ROW EXECUTE FUNCTION note_departure()",
)
# As the owner: a tablet's request may take a number and change nothing else about units. Those who
# ask for numbers of one EA take turns. Numbers follow the listed ones, `<EA>-NNN`; where units are
# called otherwise, nobody can make up a code.
RESERVE = """
    CREATE FUNCTION reserve_numbers(survey integer, person integer, eas integer[], wanted integer)
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE place record; added integer; total integer := 0;
    BEGIN
        FOR place IN
            SELECT ea.id, ea.code FROM areas ea WHERE ea.id = ANY (eas) AND EXISTS (
                SELECT FROM assignments a WHERE a.ea_id = ea.id AND a.person_id = person
                AND a.survey_id = survey AND a.unit_id IS NULL AND a.ended_at IS NULL)
            ORDER BY ea.id
        LOOP
            PERFORM pg_advisory_xact_lock(7302514, place.id);
            INSERT INTO units (survey_id, ea_id, code, expected, reserved_for)
            SELECT survey, place.id, free.code, false, person FROM (
                SELECT coalesce(max(CAST(right(u.code, 3) AS integer)) FILTER (WHERE fits), 0)
                        AS last,
                    count(*) = 0 OR bool_or(fits) AS numbered,
                    count(*) FILTER (WHERE u.reserved_for = person AND NOT u.expected
                        AND u.reserved_used_at IS NULL) AS unused
                FROM units u CROSS JOIN LATERAL (SELECT u.code ~ '-[0-9]{3}$'
                    AND left(u.code, -4) = place.code AS fits) f
                WHERE u.ea_id = place.id) known
            CROSS JOIN LATERAL (
                SELECT place.code || '-' || lpad(CAST(n AS text), 3, '0') AS code
                FROM generate_series(known.last + 1, 999) AS n
                WHERE NOT EXISTS (SELECT FROM units t WHERE t.survey_id = survey
                        AND t.code = place.code || '-' || lpad(CAST(n AS text), 3, '0'))
                    AND NOT EXISTS (SELECT FROM unknown_units t WHERE t.survey_id = survey
                        AND t.code = place.code || '-' || lpad(CAST(n AS text), 3, '0'))
                ORDER BY n LIMIT greatest(wanted - known.unused, 0)) free
            WHERE known.numbered
            ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS added = ROW_COUNT;
            total := total + added;
        END LOOP;
        RETURN total;
    END $$
"""

OF_AREA = "survey_id = ANY ((SELECT seen_surveys())::integer[])"
OF_AREA += " OR {} IN (SELECT id FROM seen_ids() AS seen(id))"
SEEN = {
    "unit_departures": "ea_id IN (SELECT id FROM seen_ids() AS seen(id))",
    "unknown_units": "survey_id = ANY ((SELECT seen_surveys())::integer[])",
    "reviews": OF_AREA.format("ea_id"),
    "review_comments": "EXISTS (SELECT FROM reviews r WHERE r.id = review_comments.review)",
    "messages": OF_AREA.format("area_id"),
}
GRANTS = {
    "survey_web": (
        "GRANT SELECT ON unit_departures, unknown_units, reviews, review_comments, messages"
        " TO survey_web",
        "GRANT INSERT ON reviews, review_comments, messages TO survey_web",
    ),
    "survey_worker": (
        "GRANT SELECT ON unit_departures, unknown_units, reviews, review_comments, messages"
        " TO survey_worker",
        "GRANT UPDATE ON server TO survey_worker",
        # Units that are listed after their interviews came in.
        "GRANT DELETE ON unknown_units TO survey_worker",
        "GRANT UPDATE (unit_id, ea_id) ON submissions TO survey_worker",
        "GRANT INSERT ON pending_batches TO survey_worker",
    ),
    "survey_intake": (
        "GRANT SELECT ON unit_departures, reviews, review_comments, messages TO survey_intake",
        "GRANT INSERT ON unknown_units TO survey_intake",
        "GRANT UPDATE (reserved_used_at) ON units TO survey_intake",
        "GRANT EXECUTE ON FUNCTION reserve_numbers TO survey_intake",
    ),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    _logs()
    for statement in CHANGES:
        op.execute(statement)
    op.create_index("ix_units_ea_id_changed", "units", ["ea_id", "changed"])
    op.drop_index("ix_units_ea_id", "units")
    _numbers()
    _words()
    op.add_column("submissions", sa.Column("content_sha256", sa.LargeBinary(), nullable=True))
    op.add_column("server", sa.Column("system", sa.String(), nullable=True))
    for table, seen in SEEN.items():
        _protect(table, seen)
    for role, grants in GRANTS.items():
        _allow(role, grants)


def _logs() -> None:
    op.create_table(
        "unit_departures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "changed",
            sa.BigInteger(),
            server_default=sa.text("CAST(CAST(pg_current_xact_id() AS text) AS bigint)"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_departures")),
    )
    op.create_index("ix_unit_departures_ea_id_changed", "unit_departures", ["ea_id", "changed"])
    op.create_table(
        "unknown_units",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_unknown_units")),
    )
    op.create_index("ix_unknown_units_survey_id_code", "unknown_units", ["survey_id", "code"])


def _numbers() -> None:
    op.add_column("units", sa.Column("reserved_for", sa.Integer(), nullable=True))
    op.add_column("units", sa.Column("reserved_used_at", MOMENT, nullable=True))
    op.create_foreign_key(
        op.f("fk_units_reserved_for"), "units", "people", ["reserved_for"], ["id"]
    )
    op.create_index(
        "ix_units_reserved_for",
        "units",
        ["reserved_for"],
        postgresql_where=sa.text("reserved_for IS NOT NULL"),
    )
    op.execute(RESERVE)
    op.execute("REVOKE EXECUTE ON FUNCTION reserve_numbers FROM PUBLIC")


def _words() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("ea_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "decision IN ('returned', 'approved', 'reopened', 'set_aside')",
            name=op.f("ck_reviews_decision"),
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_reviews_survey_id")),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["people.id"], name=op.f("fk_reviews_reviewed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_interview_id", "reviews", ["interview_id"])
    op.create_index("ix_reviews_ea_id", "reviews", ["ea_id"])
    op.create_index("ix_reviews_made_by", "reviews", ["made_by"])
    op.create_table(
        "review_comments",
        sa.Column("review", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["reviews.id"], name=op.f("fk_review_comments_review")),
        sa.PrimaryKeyConstraint("review", "place", name=op.f("pk_review_comments")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_messages_survey_id")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_messages_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_messages_person_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["people.id"], name=op.f("fk_messages_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_survey_id_sent_at", "messages", ["survey_id", "sent_at"])


def _protect(table: str, seen: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _allow(
        "survey_web",
        (
            # Also for an owner without BYPASSRLS, should that ever be taken away.
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
