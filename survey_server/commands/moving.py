"""Moving submissions to the survey that they belong to: training told as real, or the reverse."""

import uuid
from datetime import UTC, datetime

import click

from survey_server.commands import database_session, fail, json_option, show
from survey_server.services import moving
from survey_server.store import people
from survey_server.store.moving import Wanted

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])


@click.command("move-submissions")
@click.option("--from", "source", help="The code of the survey that they came in to.")
@click.option("--to", "target", help="The code of the survey that they belong to.")
@click.option("--undo", type=click.IntRange(1), help="Take back the move of this number.")
@click.option("--id", "ids", multiple=True, type=click.UUID, help="One submission; repeat it.")
@click.option("--device-id", help="Only what this tablet sent.")
@click.option("--username", help="Only what this enumerator told.")
@click.option("--since", type=MOMENT, help="Only what came in from then on.")
@click.option("--until", type=MOMENT, help="Only what came in before.")
@click.option("--as", "by", required=True, help="Who decides it.")
@click.option("--reason", required=True, help="Why, for whoever reads this later.")
@click.option("--yes", is_flag=True, help="Do it; without it, only say what would be done.")
@json_option
def move_submissions(
    source: str | None,
    target: str | None,
    undo: int | None,
    ids: tuple[uuid.UUID, ...],
    device_id: str | None,
    username: str | None,
    since: datetime | None,
    until: datetime | None,
    by: str,
    reason: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Moves whole interviews from one survey to another that has the same form and version."""
    if undo is None and not (ids or device_id or username or since or until):
        fail("Say which: --id, --device-id, --username, --since or --until; or --undo.")
    now = datetime.now(UTC)
    wanted = Wanted(ids or None, device_id, username, _utc(since), _utc(until), undo)
    with database_session() as session:
        person = people.ids_of(session, [by]).get(by)
        if person is None:
            fail(f"Nobody is called {by}.")
        if undo is not None:
            source, target = moving.undo_of(session, undo)
        if source is None or target is None:
            fail("Say from where and to where: --from and --to.")
        planned = moving.plan(session, source, target, wanted)
        told = {
            "from": source,
            "to": target,
            "submissions": len(planned.ready),
            "units_known": planned.units_known,
            "units_unknown": len(planned.ready) - planned.units_known,
            "versions_missing": list(planned.versions_missing),
            "disputed": planned.disputed,
        }
        number = None
        if yes and planned.ready:
            number = moving.move(session, planned, person, reason[:300], now, undo)
    sentence = ", ".join(f"{name}: {value}" for name, value in told.items())
    show({**told, "move": number}, as_json, f"{sentence}, move: {number or 'not done'}")


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)


COMMANDS = (move_submissions,)
