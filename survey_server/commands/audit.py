"""The audit trail: reading it, and proving that nobody changed it."""

import getpass
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy.exc import OperationalError

from survey_server import receipts
from survey_server.commands import (
    database_sentence,
    database_session,
    fail,
    json_option,
    settings_of_environment,
    show,
)
from survey_server.domain.audit import ACTIONS
from survey_server.domain.audit.entries import LONGEST_VALUE
from survey_server.services.audit import acknowledging
from survey_server.services.audit.acknowledging import Said
from survey_server.services.audit.anchoring import lines_of
from survey_server.services.audit.verifying import Verdict, verify as verify_trail
from survey_server.store import audit as store
from survey_server.store.audit import Asked, Listed
from survey_server.store.base import engine

MOST_FAULTS = 100


@click.group()
def audit() -> None:
    """Who did what, when and to what."""


@audit.command()
@click.option("--survey", help="One survey's chain; '' for what belongs to no survey.")
@json_option
def verify(survey: str | None, as_json: bool) -> None:
    """Computes the trail again and compares it with its seals and anchors; fails on a fault.

    Names what is wrong by the entries' ids. Entries that wait for the sealer are counted: they
    are sealed within seconds, and many of them mean that no sweep is running.
    """
    chosen = settings_of_environment(bodies=False)
    key = receipts.key_of(chosen.audit_key_file)
    with database_session(bodies=False) as session:
        # While the trail is read, it goes on being written.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if survey and survey not in store.chains(session):
            fail(f"There is no trail of a survey {survey}.")
        verdict = verify_trail(session, lines_of(chosen.audit_anchors), key, survey)
    show(_as_data(verdict), as_json, _as_text(verdict))
    sys.exit(1 if verdict.faults else 0)


@audit.command()
@click.option("--reason", required=True, help="What was restored, when, and why.")
@click.option("--by", help="Who says so; default: whoever is signed in on this machine.")
@json_option
def acknowledge(reason: str, by: str | None, as_json: bool) -> None:
    """Says that entries are lost because the database was restored from a backup.

    Until then, verify complains that what was anchored is gone. It is written into the trail and
    into the file of anchors, signed, and verify goes on naming it. Only what the restored database
    cannot know of is acknowledged: other faults stay.
    """
    chosen = settings_of_environment(bodies=False)
    said = Said(_short(by or getpass.getuser(), "--by"), _short(reason, "--reason"))
    key = receipts.key_of(chosen.audit_key_file)
    owner = engine(chosen.owner_database_url, pool_size=1)
    try:
        found = acknowledging.acknowledge(owner, chosen.audit_anchors, key, said, datetime.now(UTC))
    except acknowledging.FileDamaged as damaged:
        told = "; ".join(fault.sentence for fault in damaged.faults[:MOST_FAULTS])
        fail(f"The file of anchors is not as it was written, so nothing is acknowledged: {told}.")
    except acknowledging.SealerBusy:
        fail("Another process is sealing the trail. Try again in a minute.")
    except OSError as fault:
        fail(f"The anchor could not be written: {fault.strerror}.")
    except OperationalError as failure:
        fail(database_sentence(failure))
    finally:
        owner.dispose()
    if found is None:
        fail("Nothing is lost: no anchor tells of entries that a restore took away.")
    lines = [f"{chain or '(no survey)'}: {a} to {z}" for chain, (a, z) in found.lost.items()]
    told = "Acknowledged; verify goes on naming it. Lost entries of " + "; ".join(sorted(lines))
    show({"lost": {chain: list(places) for chain, places in found.lost.items()}}, as_json, told)


def _short(text: str, option: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_VALUE or not text.isprintable():
        fail(f"{option} must be one line of at most {LONGEST_VALUE} letters.")
    return text


def _as_data(verdict: Verdict) -> dict[str, object]:
    faults = [asdict(fault) for fault in verdict.faults]
    counts = {"sealed": verdict.sealed, "waiting": verdict.waiting, "anchors": verdict.anchors}
    return {"faults": faults, "gaps": [asdict(gap) for gap in verdict.gaps], **counts}


def _as_text(verdict: Verdict) -> str:
    told = [f"{fault.chain or '(no survey)'}: {fault.sentence}" for fault in verdict.faults]
    more = [f"… and {len(told) - MOST_FAULTS} more"] if len(told) > MOST_FAULTS else []
    anchors = f"{verdict.anchors} anchors" if verdict.anchors else "NO anchor yet"
    counts = f"{verdict.sealed} entries sealed, {verdict.waiting} waiting for a seal, {anchors}"
    result = "NOT as it was written" if told else "as it was written"
    gaps = [f"{gap.chain or '(no survey)'}: {gap.sentence}" for gap in verdict.gaps]
    return "\n".join((*gaps, *told[:MOST_FAULTS], *more, f"The trail is {result}: {counts}."))


@audit.command("list")
@click.option("--survey", default="", help="Code of a survey; without it, everything.")
@click.option("--action", default="", type=click.Choice(["", *ACTIONS]), show_choices=False)
@click.option("--person", type=int, help="Id of whoever acted.")
@click.option("--object", "object_", default="", help="What was acted on, as the list names it.")
@click.option("--since", type=click.DateTime(), help="In UTC.")
@click.option("--until", type=click.DateTime(), help="In UTC.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1, 100_000))
@json_option
def list_entries(
    survey: str,
    action: str,
    person: int | None,
    object_: str,
    since: datetime | None,
    until: datetime | None,
    most: int,
    as_json: bool,
) -> None:
    """The newest entries first."""
    asked = Asked(survey, action, person, object_, since, until)
    with database_session(bodies=False) as session:
        found = store.page(session, asked, most)
    lines = [_line(one) for one in found]
    show({"entries": [asdict(one) for one in found]}, as_json, "\n".join(lines) or "Nothing.")


def _line(one: Listed) -> str:
    who = one.username or (f"device {one.device}" if one.device else "-")
    told = " ".join(f"{name}={value}" for name, value in one.data.items())
    at = f"{one.at:%Y-%m-%d %H:%M:%S}"
    return f"{one.id:>8} {at} {who:20} {one.action:20} {one.survey:14} {one.object} {told}".rstrip()


COMMANDS = (audit,)
