"""Taking back what was given out: a lost tablet's right to sync, a forgotten password."""

from datetime import UTC, datetime

import click

from survey_server.commands import database_session, fail, json_option, show
from survey_server.commands.frame.importing import device, people
from survey_server.services.frame import revoke_device
from survey_server.services.people import replace_password
from survey_server.store.frame import survey_by_code


@device.command("revoke")
@click.option("--survey", required=True, help="Code of the survey.")
@click.option("--device-id", required=True, help="What the tablet is called.")
@json_option
def revoke(survey: str, device_id: str, as_json: bool) -> None:
    """Refuses a lost tablet from now on; what it sent stays, what it holds it keeps."""
    with database_session() as session:
        known = survey_by_code(session, survey) or fail(f"There is no survey {survey}.")
        revoked = revoke_device(session, known, device_id, datetime.now(UTC))
    if not revoked:
        fail(f"No tablet {device_id} of {survey} may sync: nothing was changed.")
    show({"device_id": device_id, "revoked": revoked}, as_json, f"{device_id} is revoked.")


@people.command("password")
@click.argument("username")
@json_option
def password(username: str, as_json: bool) -> None:
    """Gives somebody a new password, prints it once, and ends their sessions."""
    with database_session() as session:
        made = replace_password(session, username)
    if made is None:
        fail(f"There is no account {username}.")
    show({"username": username, "password": made}, as_json, made)
