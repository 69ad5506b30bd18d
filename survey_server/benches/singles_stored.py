"""A server that has taken in a million interviews one by one, all of units that no list has:
written by SQL, as workers would have derived them, under random ids."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server.benches.installation import Installation
from survey_server.benches.stored import count, put_in_order
from survey_server.store import coverage
from survey_server.store.frame import survey_by_code

AT_ONCE = 100_000

_TOLD = """
    CREATE TEMP TABLE told ON COMMIT DROP AS
    WITH made AS (
        INSERT INTO batches (device_id, batch_id, request_sha256, outcomes, received_at)
        SELECT (SELECT min(id) FROM devices) + n % (SELECT count(*) FROM devices),
            gen_random_uuid(), sha256(gen_random_uuid()::text::bytea),
            ARRAY['stored:unit_unknown'], now() - random() * interval '20 days'
        FROM generate_series(1, :more) n RETURNING id, device_id, received_at)
    SELECT made.*, gen_random_uuid() AS instance_id, d.person_id
    FROM made JOIN devices d ON d.id = made.device_id
"""
# Smaller than real ones: nothing on the way of a new interview reads an old body.
_BODIES = """
    INSERT INTO batch_bodies (batch, body_format, key_id, body)
    SELECT id, 'xml+gzip', NULL, decode(repeat(md5(id::text), 20), 'hex') FROM told
"""
_SUBMISSIONS = """
    INSERT INTO submissions (instance_id, batch, position, digest, survey_id, device_id, person_id,
        form_version_id, interview_id, revision, replaces, unit_id, ea_id, state, received_at)
    SELECT instance_id, id, 0, sha256(instance_id::text::bytea), :survey, device_id, person_id,
        :version, instance_id, 1, NULL, NULL, NULL, 'derived', received_at FROM told
"""
_INTERVIEWS = """
    INSERT INTO interviews (interview_id, ea_id, survey_id, unit_id, current, revision,
        form_version_id, scope_id, person_id, device_id, assigned, result, complete, counts,
        persons, errors, warnings, content, started_at, finished_at, first_received_at, received_at)
    SELECT instance_id, -:survey, :survey, NULL, instance_id, 1, :version, 0, person_id, device_id,
        false, NULL, true, false, 0, 0, 1, NULL, NULL, NULL, received_at, received_at FROM told
"""
_FINDINGS = """
    INSERT INTO findings (interview_id, ea_id, rule, path, severity, value)
    SELECT instance_id, -:survey, 'unit_unknown', '', 'warning', '' FROM told
"""
_VERSION = text(
    "SELECT max(v.id) FROM form_versions v JOIN forms f ON f.id = v.form WHERE f.form_id = :form"
)


def fill_up(installation: Installation, survey: str, form: str, target: int) -> None:
    """Brings the submissions that are stored up to `target`, then leaves the tables in order."""
    while (more := target - count(installation.owner)) > 0:
        _fill(installation, survey, form, min(more, AT_ONCE))
    put_in_order(installation)


def _fill(installation: Installation, code: str, form: str, more: int) -> None:
    with Session(installation.owner) as session, session.begin():
        survey = survey_by_code(session, code)
        if survey is None:
            raise LookupError(code)
        version = session.execute(_VERSION, {"form": form}).scalar_one()
        values = {"survey": survey.id, "version": version, "more": more}
        for statement in (_TOLD, _BODIES, _SUBMISSIONS, _INTERVIEWS, _FINDINGS):
            session.execute(text(statement), values)
        coverage.lock_eas(session, survey.id, [-survey.id])
        coverage.recount(session, survey.id, [-survey.id])
