"""What the web and the worker roles may do. The web role may store bodies and not read them."""

from alembic import op

revision = "0004"
down_revision = "0003"

WEB = (
    "GRANT USAGE ON SCHEMA public TO survey_web",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO survey_web",
    "REVOKE SELECT ON batch_bodies FROM survey_web",
    "GRANT INSERT ON batches, batch_bodies, pending_batches, submissions, submission_variants,"
    " quarantine, sessions, releases TO survey_web",
    "GRANT UPDATE (outcomes) ON batches TO survey_web",
    "GRANT UPDATE (seen_at, held, received) ON devices TO survey_web",
    "GRANT UPDATE (seen_at) ON sessions TO survey_web",
    "GRANT DELETE ON sessions TO survey_web",
    "GRANT EXECUTE ON FUNCTION body_of_submission TO survey_web",
)
WORKER = (
    "GRANT USAGE ON SCHEMA public TO survey_worker",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO survey_worker",
    "REVOKE SELECT ON sessions FROM survey_worker",
    "GRANT UPDATE (state) ON submissions TO survey_worker",
    "GRANT INSERT ON quarantine TO survey_worker",
    "GRANT UPDATE, DELETE ON pending_batches TO survey_worker",
    "GRANT INSERT, UPDATE, DELETE ON interviews, findings, persons, matches, ea_coverage,"
    " ea_days TO survey_worker",
    "GRANT UPDATE ON releases TO survey_worker",
)


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION body_of_submission(wanted uuid)"
        " RETURNS TABLE (body bytea, body_format text, key_id text, place smallint)"
        " LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$"
        " SELECT b.body, b.body_format, b.key_id, s.position FROM submissions s"
        " JOIN batch_bodies b ON b.batch = s.batch WHERE s.instance_id = wanted $$"
    )
    op.execute("REVOKE EXECUTE ON FUNCTION body_of_submission FROM PUBLIC")
    _allow("survey_web", WEB)
    _allow("survey_worker", WORKER)


def _allow(role: str, grants: tuple[str, ...]) -> None:
    """A database without our roles has one user, who owns everything."""
    for grant in grants:
        op.execute(
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN {grant}; END IF; END $$"
        )
