"""What ODK Collect and Enketo are told is known to be new at a glance.

A survey's `forms_changed` counts the changes of its forms and their versions, whoever made them, so
that a list of forms is made once and handed out ten thousand times. A unit's `version` counts its
changes: Collect takes over what has a higher one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

# As the owner: whoever may publish a form need not be allowed to write surveys.
FUNCTION = (
    "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql"
    " SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN"
    " UPDATE surveys SET forms_changed = forms_changed + 1 WHERE id = {}; RETURN NULL; END $$"
)
FORMS = (
    FUNCTION.format("note_form", "NEW.survey_id"),
    FUNCTION.format("note_form_version", "(SELECT survey_id FROM forms WHERE id = NEW.form)"),
    "CREATE TRIGGER note_form AFTER INSERT OR UPDATE ON forms"
    " FOR EACH ROW EXECUTE FUNCTION note_form()",
    "CREATE TRIGGER note_form_version AFTER INSERT OR UPDATE ON form_versions"
    " FOR EACH ROW EXECUTE FUNCTION note_form_version()",
)
# After `note_change`, which a changed name or address sets off: triggers fire in the order of names.
UNITS = (
    "CREATE FUNCTION note_version() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN NEW.version := OLD.version + 1; RETURN NEW; END $$",
    "CREATE TRIGGER note_version BEFORE UPDATE ON units FOR EACH ROW"
    " WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_version()",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    counter = {"nullable": False, "server_default": "0"}
    op.add_column("surveys", sa.Column("forms_changed", sa.Integer(), **counter))
    op.add_column("units", sa.Column("version", sa.Integer(), **counter))
    for statement in (*FORMS, *UNITS):
        op.execute(statement)
