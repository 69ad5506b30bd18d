"""Row-level security, and a role of its own for intake.

The second line of defence behind the limits of each query. What lies in an area is seen by the
web role only within the areas that its transaction was told (`look_as`), so that a query that
forgets its limit shows nothing that is not the viewer's, and one without a viewer shows nothing.

    seen_areas()     the viewer's areas; everything below them is seen too
    seen_ids()       these areas and everything below them
    seen_surveys()   surveys whose whole tree is seen, so that a national page need not look up
                     the area of each of its million rows
    seen_person()    the viewer, who sees their own memberships and releases

Each is asked once in a query, because it stands in a subquery. Codes are not compared at all: an
area is below another where the other's id is in its path.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

FUNCTIONS = (
    "CREATE FUNCTION seen_areas() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS $$"
    " SELECT coalesce(nullif(current_setting('survey.areas', true), ''), '{}')::integer[] $$",
    "CREATE FUNCTION seen_surveys() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS $$"
    " SELECT coalesce(nullif(current_setting('survey.whole', true), ''), '{}')::integer[] $$",
    "CREATE FUNCTION seen_person() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$"
    " SELECT nullif(current_setting('survey.person', true), '')::integer $$",
    # As the owner, so that the index of the paths answers it and no row is asked for its own right.
    "CREATE FUNCTION seen_ids() RETURNS SETOF integer LANGUAGE sql STABLE"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " SELECT id FROM areas WHERE path && seen_areas() $$",
    # Who works there; asked row by row, each of their tablets would ask for it again.
    "CREATE FUNCTION seen_people() RETURNS SETOF integer LANGUAGE sql STABLE"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " SELECT person_id FROM assignments WHERE ea_id IN (SELECT id FROM seen_ids() AS seen(id))"
    " UNION SELECT person_id FROM memberships"
    " WHERE area_id IN (SELECT id FROM seen_ids() AS seen(id)) $$",
    # As the owner, who sees all tops: whoever sees one of two must not be taken to see both.
    "CREATE FUNCTION tops_of(survey integer) RETURNS integer[] LANGUAGE sql STABLE"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " SELECT coalesce(array_agg(id), '{}') FROM areas"
    " WHERE parent_id IS NULL AND survey_id = survey $$",
    # For this transaction only.
    "CREATE FUNCTION look_as(person integer, areas integer[]) RETURNS void LANGUAGE sql"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " SELECT set_config('survey.person', coalesce(person::text, ''), true),"
    "  set_config('survey.areas', areas::text, true),"
    "  set_config('survey.whole', coalesce((SELECT array_agg(whole.survey_id)::text FROM"
    "   (SELECT a.survey_id FROM areas a WHERE a.parent_id IS NULL GROUP BY a.survey_id"
    "    HAVING bool_and(a.id = ANY (areas))) whole), ''), true) $$",
    # A person's roles must be known before it is known what that person sees; and whoever is asked
    # to disable somebody must know all that they are, also elsewhere.
    "CREATE FUNCTION memberships_of(person integer) RETURNS TABLE (id integer, person_id integer,"
    " survey_id integer, area_id integer, role varchar, valid_from date, valid_to date,"
    " path integer[]) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$"
    " SELECT m.id, m.person_id, m.survey_id, m.area_id, m.role, m.valid_from, m.valid_to, a.path"
    " FROM memberships m JOIN areas a ON a.id = m.area_id WHERE m.person_id = person $$",
)
WEB_FUNCTIONS = "seen_areas(), seen_ids(), seen_people(), seen_surveys(), seen_person(),"
WEB_FUNCTIONS += " tops_of(integer),"
WEB_FUNCTIONS += " look_as(integer, integer[]), memberships_of(integer)"

WHOLE = "survey_id = ANY ((SELECT seen_surveys())::integer[])"


def in_area(column: str) -> str:
    """Of a table with a survey. What lies in no area is seen by those who see everything."""
    return f"{WHOLE} OR {column} IN (SELECT id FROM seen_ids() AS seen(id))"


def in_ea(column: str) -> str:
    """Of a table without one: `column` is an area, or less the survey where there is no area."""
    return (
        f"{column} IN (SELECT id FROM seen_ids() AS seen(id))"
        f" OR -{column} = ANY ((SELECT seen_surveys())::integer[])"
    )


OF_SUBMISSION = "EXISTS (SELECT FROM submissions s WHERE s.instance_id = {}.instance_id)"
OF_BATCH = "EXISTS (SELECT FROM submissions s WHERE s.batch = {}.{})"
OWN = "person_id = (SELECT seen_person())"
WORKS_THERE = "person_id IN (SELECT id FROM seen_people() AS seen(id))"

SEEN = {
    "areas": in_area("id"),
    "units": in_area("ea_id"),
    "unit_identities": "EXISTS (SELECT FROM units u WHERE u.id = unit_identities.unit_id)",
    "assignments": in_area("ea_id"),
    "memberships": f"{OWN} OR {in_area('area_id')}",
    "devices": f"{WHOLE} OR {WORKS_THERE}",
    "enrolment_codes": f"{WHOLE} OR {WORKS_THERE}",
    "submissions": in_area("ea_id"),
    "trials": OF_SUBMISSION.format("trials"),
    "quarantine": OF_SUBMISSION.format("quarantine"),
    "submission_variants": OF_SUBMISSION.format("submission_variants"),
    "batches": OF_BATCH.format("batches", "id"),
    "batch_bodies": OF_BATCH.format("batch_bodies", "batch"),
    "pending_batches": OF_BATCH.format("pending_batches", "batch"),
    "interviews": in_area("ea_id"),
    "findings": in_ea("ea_id"),
    "persons": in_ea("ea_id"),
    "person_identities": in_ea("ea_id"),
    "matches": f"{WHOLE} OR a_ea IN (SELECT id FROM seen_ids() AS seen(id))"
    " AND b_ea IN (SELECT id FROM seen_ids() AS seen(id))",
    "ea_coverage": in_area("ea_id"),
    "ea_days": in_area("ea_id"),
    "releases": f"{in_area('area_id')}",
}

INTAKE = (
    "GRANT USAGE ON SCHEMA public TO survey_intake",
    "GRANT SELECT ON server, surveys, areas, units, assignments, forms, form_versions, form_media,"
    " devices, batches, submissions, submission_variants, trials, rule_changes,"
    " revalidations"
    " TO survey_intake",
    "GRANT INSERT ON batches, batch_bodies, pending_batches, submissions, submission_variants,"
    " quarantine, trials TO survey_intake",
    "GRANT UPDATE (outcomes) ON batches TO survey_intake",
    "GRANT UPDATE (seen_at, held, received) ON devices TO survey_intake",
    "GRANT EXECUTE ON FUNCTION memberships_of TO survey_intake",
    # A tablet shows its code and becomes one.
    "GRANT SELECT ON enrolment_codes, failures TO survey_intake",
    "GRANT INSERT, DELETE ON failures TO survey_intake",
    "GRANT UPDATE (used_at, device, ended_at) ON enrolment_codes TO survey_intake",
    "GRANT INSERT ON devices TO survey_intake",
    "GRANT UPDATE (revoked_at, ended_by, revoked_by, revoke_reason) ON devices TO survey_intake",
    "GRANT SELECT (id, username, name, disabled_at) ON people TO survey_intake",
    "GRANT SELECT, INSERT ON survey_keys TO survey_intake",
    "GRANT EXECUTE ON FUNCTION survey_keys_in_use TO survey_intake",
)
# What tablets' requests did as the web role.
WEB = (
    "REVOKE INSERT ON batches, batch_bodies, pending_batches, submissions, submission_variants,"
    " quarantine, trials FROM survey_web",
    "REVOKE UPDATE ON batches FROM survey_web",
    "REVOKE UPDATE (seen_at, held, received) ON devices FROM survey_web",
    f"GRANT EXECUTE ON FUNCTION {WEB_FUNCTIONS} TO survey_web",
)


# Whoever works on everything sees everything; COPY, which derives and imports, asks for it.
REQUIRED = (
    ("rolname = 'survey_intake'", "CREATE ROLE survey_intake LOGIN"),
    ("rolname = 'survey_worker' AND rolbypassrls", "ALTER ROLE survey_worker BYPASSRLS"),
    ("rolname = current_user AND rolbypassrls", "ALTER ROLE survey_owner BYPASSRLS"),
)


def upgrade() -> None:
    _require_roles()
    for function in FUNCTIONS:
        op.execute(function)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {WEB_FUNCTIONS} FROM PUBLIC")
    for table, seen in SEEN.items():
        _protect(table, seen)
    _allow("survey_intake", INTAKE)
    _allow("survey_web", WEB)


def _require_roles() -> None:
    for role, statement in REQUIRED:
        op.execute(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'survey_web')"
            f" AND NOT EXISTS (SELECT FROM pg_roles WHERE {role}"
            f") THEN RAISE EXCEPTION 'As a superuser, do this first: {statement}';"
            " END IF; END $$"
        )


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
