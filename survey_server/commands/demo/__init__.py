"""The demonstration: loaded once, shown as several people, kept moving, and broken on purpose."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from time import monotonic

import click

from survey_server.commands import fail, json_option, settings_of_environment, show
from survey_server.commands.demo import breaking, live as going_on, loading
from survey_server.commands.demo.files import Persona, personas_file, read_personas
from survey_server.store.base import engine


@click.group()
def demo() -> None:
    """A census in the middle of its field work, made up, with things planted to find."""


@demo.command()
@json_option
def load(as_json: bool) -> None:
    """Loads eighteen days of field work that end now; a second time changes nothing."""
    settings = settings_of_environment()
    owner = engine(settings.owner_database_url, pool_size=2)
    started = monotonic()
    try:
        told = loading.load(owner, settings.data_folder, datetime.now(UTC))
    finally:
        owner.dispose()
    if not told:
        show({"loaded": False}, as_json, "The demonstration is there already.")
        return
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in told.items())
    seconds = round(monotonic() - started, 1)
    show({"loaded": True, **told, "seconds": seconds}, as_json, f"{counts} in {seconds:.1f} s.")


@demo.command()
@json_option
def people(as_json: bool) -> None:
    """Who can sign in, with passwords, and what each of them should find."""
    data = settings_of_environment().data_folder
    if not personas_file(data).exists():
        fail("There is no demonstration here: run `survey-server demo load` first.")
    personas = read_personas(data)
    show({"people": [asdict(one) for one in personas]}, as_json, "\n".join(map(_told, personas)))


def _told(one: Persona) -> str:
    return (
        f"\n  {one.username}  {one.password}\n"
        f"    {one.role_vi} · {one.name} · {one.area_name} / {one.role_en}\n"
        f"    {one.look_vi}\n    {one.look_en}"
    )


@demo.command()
@click.option("--url", envvar="SURVEY_URL", default="http://127.0.0.1:8080", show_default=True)
@click.option("--rate", default=4.0, show_default=True, help="Visits a minute, over all tablets.")
def live(url: str, rate: float) -> None:
    """Simulated tablets visit the households that are left, until they are stopped."""
    settings = settings_of_environment()
    going_on.live(engine(settings.owner_database_url), settings.data_folder, url, rate)


@demo.command("break")
@click.option("--eas", type=click.IntRange(3, 99), default=99, show_default=True)
@click.option("--yes", is_flag=True, help="Also where real interviews are.")
@json_option
def break_(eas: int, yes: bool, as_json: bool) -> None:
    """Kills a worker, Valkey and PostgreSQL under load, and says what was lost and doubled.

    Tablets interview the households of so many EAs of a training survey of its own.
    """
    settings = settings_of_environment()
    owner = engine(settings.owner_database_url, pool_size=2)
    allowed = yes or personas_file(settings.data_folder).exists()
    try:
        if not allowed and breaking.holds_interviews(owner):
            fail(
                "Ở đây có phiếu thật: thêm --yes nếu vẫn muốn dừng đột ngột từng phần. / "
                "Real interviews are here: add --yes to kill parts of the run all the same."
            )
        outcome = breaking.rehearse(
            owner, settings.redis_url, settings.data_folder, eas, datetime.now(UTC), _say
        )
    finally:
        owner.dispose()
    show(outcome.as_json(), as_json, breaking.sentence_of(outcome))
    if not outcome.good:
        sys.exit(1)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


COMMANDS = (demo,)
