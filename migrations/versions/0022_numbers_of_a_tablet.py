"""Numbers for new households are one tablet's, and none is given out again after a restore.

Two tablets of one person cannot tell each other which number they have used. What was reserved
before stays the person's only tablet's; where there were several, any of them may have used it, and
it is told to none. An interview that names it is taken as before.

`server.epochs` counts how often the database was restored, `units.reserved_in` is that count: what
was given out between a backup and its restoration is unknown, so that the first new numbers of an
EA in an epoch leave a gap behind the highest.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

BIND = """
    UPDATE units u SET reserved_on = d.id
    FROM (SELECT survey_id, person_id, min(id) AS id FROM devices
        GROUP BY survey_id, person_id HAVING count(*) = 1) d
    WHERE u.reserved_for = d.person_id AND u.survey_id = d.survey_id AND u.reserved_on IS NULL
        AND u.reserved_used_at IS NULL
"""
# As the owner: a tablet's request may take a number and change nothing else about units. Those who
# ask for numbers of one EA take turns. Numbers follow the listed ones, `<EA>-NNN`; where units are
# called otherwise, nobody can make up a code. Where the gap leaves too few, it is filled at last.
RESERVE = """
    CREATE FUNCTION reserve_numbers(tablet integer, eas integer[], wanted integer)
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE place record; added integer; total integer := 0; this_epoch smallint;
        gap CONSTANT integer := 100;
    BEGIN
        SELECT epochs INTO STRICT this_epoch FROM server;
        FOR place IN
            SELECT ea.id, ea.code, d.survey_id AS survey, d.person_id AS person
            FROM devices d CROSS JOIN areas ea
            WHERE d.id = tablet AND ea.id = ANY (eas) AND EXISTS (
                SELECT FROM assignments a WHERE a.ea_id = ea.id AND a.person_id = d.person_id
                AND a.survey_id = d.survey_id AND a.unit_id IS NULL AND a.ended_at IS NULL)
            ORDER BY ea.id
        LOOP
            PERFORM pg_advisory_xact_lock(7302514, place.id);
            INSERT INTO units
                (survey_id, ea_id, code, expected, reserved_for, reserved_on, reserved_in)
            SELECT place.survey, place.id, free.code, false, place.person, tablet, this_epoch
            FROM (
                SELECT coalesce(max(CAST(right(u.code, 3) AS integer)) FILTER (WHERE fits), 0)
                        AS last,
                    count(*) = 0 OR bool_or(fits) AS numbered,
                    this_epoch = 0 OR coalesce(bool_or(u.reserved_in = this_epoch), false)
                        AS begun,
                    count(*) FILTER (WHERE u.reserved_on = tablet AND NOT u.expected
                        AND u.reserved_used_at IS NULL) AS unused
                FROM units u CROSS JOIN LATERAL (SELECT u.code ~ '-[0-9]{3}$'
                    AND left(u.code, -4) = place.code AS fits) f
                WHERE u.ea_id = place.id) known
            CROSS JOIN LATERAL (
                SELECT place.code || '-' || lpad(CAST(n AS text), 3, '0') AS code
                FROM generate_series(known.last + 1, 999) AS n
                WHERE NOT EXISTS (SELECT FROM units t WHERE t.survey_id = place.survey
                        AND t.code = place.code || '-' || lpad(CAST(n AS text), 3, '0'))
                    AND NOT EXISTS (SELECT FROM unknown_units t WHERE t.survey_id = place.survey
                        AND t.code = place.code || '-' || lpad(CAST(n AS text), 3, '0'))
                ORDER BY NOT known.begun AND n <= known.last + gap, n
                LIMIT greatest(wanted - known.unused, 0)) free
            WHERE known.numbered
            ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS added = ROW_COUNT;
            total := total + added;
        END LOOP;
        RETURN total;
    END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.add_column("units", sa.Column("reserved_on", sa.Integer(), nullable=True))
    op.add_column("units", sa.Column("reserved_in", sa.SmallInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_units_reserved_on"), "units", "devices", ["reserved_on"], ["id"])
    op.add_column(
        "server", sa.Column("epochs", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.execute(BIND)
    op.execute("DROP FUNCTION reserve_numbers(integer, integer, integer[], integer)")
    op.execute(RESERVE)
    op.execute("REVOKE EXECUTE ON FUNCTION reserve_numbers FROM PUBLIC")
    # A database without our roles has one user, who owns everything.
    op.execute(
        "DO $do$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'survey_intake')"
        " THEN GRANT EXECUTE ON FUNCTION reserve_numbers TO survey_intake; END IF; END $do$"
    )
