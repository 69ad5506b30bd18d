"""What a server that has run for weeks holds: a million interviews, written by SQL in a minute.

Everything derived is there as workers would have derived it, under random ids and with names as
they are distributed in the country, so that indexes have the size and the disorder of real ones.
Only the bodies are smaller than real ones; nothing on the intake path reads an old body.
"""

from collections.abc import Sequence
from random import Random

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from survey_server.benches.fieldwork import SURVEY
from survey_server.benches.installation import Installation
from survey_server.domain.names import name_fold, name_key
from survey_server.simulator.names import KINH, family_name, personal_name
from survey_server.store import coverage
from survey_server.store.base import engine
from survey_server.store.frame import survey_by_code

NAMES = 20_000
SUBMISSIONS_OF_BATCH = 50

_UNITS = """
    WITH made AS (
        INSERT INTO units (survey_id, ea_id, code, listed_persons, expected)
        SELECT a.survey_id, a.id, a.code || '-' || lpad(n::text, 3, '0'), 4, true
        FROM areas a, generate_series(1, 30) n
        WHERE a.survey_id = :survey AND a.code = ANY(:eas) RETURNING id, code)
    INSERT INTO unit_identities (unit_id, address, head_name)
    SELECT id, 'Số ' || right(code, 3), 'Nguyễn Văn An' FROM made
"""
_TOLD = """
    CREATE TEMP TABLE told ON COMMIT DROP AS
    SELECT row_number() OVER () - 1 AS n, chosen.*,
        gen_random_uuid() AS instance_id, gen_random_uuid() AS interview_id,
        now() - random() * interval '20 days' AS received_at,
        1 + floor(random() * 6)::integer AS persons
    FROM (SELECT u.id AS unit_id, u.ea_id, a.path[:depth] AS scope_id
        FROM units u JOIN areas a ON a.id = u.ea_id
        WHERE u.survey_id = :survey AND a.code = ANY(:eas)
            AND NOT EXISTS (SELECT FROM interviews i WHERE i.unit_id = u.id)
        ORDER BY md5(u.ea_id::text), u.id LIMIT :more) chosen
"""
_BATCHES = """
    CREATE TEMP TABLE brought ON COMMIT DROP AS
    WITH made AS (
        INSERT INTO batches (device_id, batch_id, request_sha256, outcomes, received_at)
        SELECT (SELECT min(id) FROM devices) + n % (SELECT count(*) FROM devices),
            gen_random_uuid(), sha256(n::text::bytea), array_fill('stored'::text, ARRAY[50]),
            now() - interval '20 days'
        FROM generate_series(0, :batches - 1) n RETURNING id, device_id)
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, device_id FROM made
"""
_BODIES = """
    INSERT INTO batch_bodies (batch, body_format, key_id, body)
    SELECT id, 'json+gzip', NULL, decode(repeat(md5(id::text), 250), 'hex') FROM brought
"""
_SUBMISSIONS = """
    INSERT INTO submissions (instance_id, batch, position, digest, survey_id, device_id, person_id,
        form_version_id, interview_id, revision, replaces, unit_id, ea_id, state, received_at)
    SELECT t.instance_id, b.id, t.n % 50, sha256(t.instance_id::text::bytea), :survey, b.device_id,
        d.person_id, :version, t.interview_id, 1, NULL, t.unit_id, t.ea_id, 'derived',
        t.received_at
    FROM told t JOIN brought b ON b.n = t.n / 50 JOIN devices d ON d.id = b.device_id
"""
_INTERVIEWS = """
    INSERT INTO interviews (interview_id, ea_id, survey_id, unit_id, current, revision,
        form_version_id, scope_id, person_id, device_id, assigned, result, complete, counts,
        persons, errors, warnings, content, started_at, finished_at, first_received_at, received_at)
    SELECT t.interview_id, t.ea_id, :survey, t.unit_id, t.instance_id, 1, :version, t.scope_id,
        d.person_id, d.id, true, 'interviewed', true, true, t.persons, 0, 0,
        sha256(t.interview_id::text::bytea), t.received_at - interval '1 hour',
        t.received_at - interval '30 minutes', t.received_at, t.received_at
    FROM told t JOIN brought b ON b.n = t.n / 50 JOIN devices d ON d.id = b.device_id
"""
_PERSONS = """
    INSERT INTO person_identities (interview_id, ea_id, line, scope_id, name, name_key, name_fold,
        sex, birth_year)
    SELECT p.interview_id, p.ea_id, p.line, p.scope_id, k.name, k.name_key, k.name_fold,
        CASE WHEN p.line % 2 = 0 THEN 'female' ELSE 'male' END, p.birth_year
    FROM (SELECT t.interview_id, t.ea_id, t.scope_id, line, floor(random() * :names) AS pick,
            1940 + floor(random() * 84)::integer AS birth_year
        FROM told t, generate_series(1, t.persons) line OFFSET 0) p
    JOIN known_names k ON k.n = p.pick
"""
_ANSWERED = """
    INSERT INTO persons (interview_id, ea_id, line, sex, birth_year, birth_month, age, relation)
    SELECT n.interview_id, n.ea_id, n.line, n.sex, n.birth_year, 6, 2024 - n.birth_year,
        CASE WHEN n.line = 1 THEN 'head' ELSE 'child' END
    FROM person_identities n JOIN told t USING (interview_id, ea_id)
"""
_FINDINGS = """
    INSERT INTO findings (interview_id, ea_id, rule, path, severity, value)
    SELECT interview_id, ea_id, 'required_missing', 'person[1]/age', 'error', ''
    FROM told WHERE n % 20 = 0
"""
_MATCHES = """
    INSERT INTO matches (kind, a, a_ea, b, b_ea, survey_id, evidence, found_at)
    SELECT 'same_household', least(x.interview_id, y.interview_id), x.ea_id,
        greatest(x.interview_id, y.interview_id), x.ea_id, :survey,
        '{"shared": 3, "exact": 3}', x.received_at
    FROM told x JOIN told y ON y.n = x.n + 1 AND y.ea_id = x.ea_id WHERE x.n % 100 = 0
"""
_INTAKE = (_BATCHES, _BODIES, _SUBMISSIONS, _INTERVIEWS, _PERSONS, _ANSWERED, _FINDINGS, _MATCHES)


def count(owner: Engine) -> int:
    with owner.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM submissions")).scalar_one()
    return found


def fill_up(installation: Installation, eas: Sequence[str], target: int) -> None:
    """Brings the submissions that are stored up to `target`, then leaves the tables in order."""
    more = target - count(installation.owner)
    if more > 0:
        _fill(installation.owner, eas, more)
    put_in_order(installation)


def put_in_order(installation: Installation) -> None:
    administrator = engine(installation.postgres.url("postgres").replace("://", "+psycopg://", 1))
    with administrator.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.execute(text("VACUUM ANALYZE"))
        alone.execute(text("CHECKPOINT"))
    administrator.dispose()


def _fill(owner: Engine, eas: Sequence[str], more: int) -> None:
    with Session(owner) as session, session.begin():
        survey = survey_by_code(session, SURVEY)
        if survey is None:
            raise LookupError(SURVEY)
        connection = session.connection()
        values = {
            "survey": survey.id,
            "eas": list(eas),
            "more": more,
            "depth": survey.levels.index(survey.match_level) + 1,
            "names": NAMES,
            "batches": -(-more // SUBMISSIONS_OF_BATCH),
            "version": connection.execute(text("SELECT max(id) FROM form_versions")).scalar_one(),
        }
        if not connection.execute(_HAS_UNITS, values).scalar_one():
            connection.execute(text(_UNITS), values)
        _remember_names(connection)
        connection.execute(text(_TOLD), values)
        for statement in _INTAKE:
            connection.execute(text(statement), values)
        touched = connection.scalars(text("SELECT DISTINCT ea_id FROM told")).all()
        coverage.lock_eas(session, survey.id, touched)
        coverage.recount(session, survey.id, touched)


_HAS_UNITS = text(
    "SELECT EXISTS (SELECT FROM units u JOIN areas a ON a.id = u.ea_id WHERE a.code = ANY(:eas))"
)


def _remember_names(connection: Connection) -> None:
    rng = Random("names")
    names = [
        personal_name(rng, KINH, place % 2 == 0, family_name(rng, KINH)) for place in range(NAMES)
    ]
    connection.execute(
        text(
            "CREATE TEMP TABLE known_names (n integer, name text, name_key text, name_fold text)"
            " ON COMMIT DROP"
        )
    )
    connection.execute(
        text(
            "INSERT INTO known_names SELECT * FROM unnest(CAST(:places AS integer[]),"
            " CAST(:names AS text[]), CAST(:keys AS text[]), CAST(:folds AS text[]))"
        ),
        {
            "places": list(range(NAMES)),
            "names": names,
            "keys": [name_key(name) for name in names],
            "folds": [name_fold(name) for name in names],
        },
    )
