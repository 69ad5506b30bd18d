"""Bringing in by command what was rescued from a tablet, where a page is too small for it."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from survey_server.commands import (
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.rescue import Allowed, Rescued, entries_in, sorted_out
from survey_server.services import rescue
from survey_server.services.rescue import Bringer, Enrolled
from survey_server.store import people
from survey_server.store.rescue import enrolled_by_secret, newest_enrolment

GIB = 1024**3
ALLOWED = Allowed(packed=4 * GIB, unpacked=8 * GIB, one=2 * GIB, entries=200_000)


@click.command("import-rescue")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--survey", "survey_code", required=True, help="The survey's code.")
@click.option("--device-id", help="What the tablet is called, where its store does not say it.")
@click.option("--as", "username", required=True, help="In whose name it is brought in.")
@click.option("--reason", required=True, help="Why, for whoever reads this later.")
@json_option
def import_rescue(
    file: Path, survey_code: str, device_id: str | None, username: str, reason: str, as_json: bool
) -> None:
    """Brings in a tablet's store, a rescue file, or an ODK client's instances (folder or ZIP).

    Nothing is stored twice: the same file may be imported again.
    """
    now = datetime.now(UTC)
    chosen = settings_of_environment()
    bounds = Bounds(chosen.packed_bytes, chosen.unpacked_bytes, chosen.batch_submissions)
    with database_session() as session:
        person = people.ids_of(session, [username]).get(username)
        if person is None:
            fail(f"Nobody is called {username}.")
        with entries_in(file, ALLOWED) as entries, sorted_out(entries, ALLOWED) as rescued:
            device = _device(session, survey_code, device_id, rescued)
            bringer = Bringer(person, survey_code, device, reason[:300])
            restored = rescue.restore(session, bringer, rescued, bounds, now)
            number = rescue.bring_in(session, bringer, rescued, bounds, now, restored)
        done = rescue.brought(session, survey_code, device.id, number)
    counts = rescue.counts_of(done.lines)
    told = {"import": number, "files": done.files, "counts": counts}
    sentence = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
    lines = [asdict(line) for line in done.lines]
    show(
        {**told, "lines": lines},
        as_json,
        f"Import {number}: {sentence or 'nothing'}; files: {done.files}",
    )


def _device(session: Session, survey: str, device_id: str | None, rescued: Rescued) -> Enrolled:
    named = device_id or rescued.device_id
    chosen = newest_enrolment(session, survey, named) if named else None
    if chosen is None and named is None and rescued.secret is not None:
        chosen = enrolled_by_secret(session, survey, rescue.digest_of(rescued.secret))
    if chosen is None:
        if named is None:
            fail("The file does not say which tablet it is of: name it with --device-id.")
        fail(f"No tablet of {survey} is called {named}: `survey-server device list` names them.")
    return rescue.sender_of(session, survey, chosen, rescued)


COMMANDS = (import_rescue,)
