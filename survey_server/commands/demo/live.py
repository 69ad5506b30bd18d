"""The tablets that go on syncing while somebody looks at the demonstration.

They visit the households that nobody has visited yet, whoever did so and in whichever run.
"""

from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.commands import fail
from survey_server.commands.demo.files import read_devices, tablets_folder
from survey_server.commands.demo.loading import SURVEY
from survey_server.simulator.campaign import Campaign, Wishes
from survey_server.simulator.demonstration import SEED
from survey_server.simulator.truth import Ledger
from survey_server.store import demonstration, frame


def live(owner: Engine, data: Path, url: str, per_minute: float) -> None:
    """Until it is interrupted."""
    try:
        devices = read_devices(data)
    except FileNotFoundError:
        fail("The demonstration has no tablets here: run `survey-server demo load` first.")
    wishes = Wishes(
        url=url,
        households=None,
        seed=SEED,
        stores=tablets_folder(data),
        visited=_visited(owner),
    )
    campaign = Campaign(devices, wishes, Ledger(None), say)
    try:
        campaign.live(per_minute)
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        campaign.close()


def say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _visited(owner: Engine) -> frozenset[str]:
    with Session(owner) as session:
        survey = frame.survey_by_code(session, SURVEY) or fail(f"There is no survey {SURVEY}.")
        return demonstration.visited_units(session, survey.id)
