"""Everything on one machine with one command: what `scripts/run` starts.

The order of a start is survey_server.local.run's; here is only what a run of this project is
made of.
"""

import contextlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import click

import survey_server
from survey_server import receipts, settings
from survey_server.commands import fail
from survey_server.local import children
from survey_server.local.certificates import Certificate, self_signed
from survey_server.local.conditions import address_in_the_network
from survey_server.local.preparation import Step
from survey_server.local.refusals import CannotStart
from survey_server.local.run import Run, carry_out
from survey_server.services.starting import require_safe_settings

PACKAGE = Path(survey_server.__file__).parent
PROJECT = PACKAGE.parent

UPGRADE = Step(
    ("db", "upgrade"), "Bringing the tables up to date", material=(PROJECT / "migrations",)
)
SETUP = Step(
    ("setup",), "Loading areas and forms", material=(PACKAGE / "frames", PROJECT / "forms")
)
DEMONSTRATION = Step(("demo", "load"), "Loading the demonstration", material=())
SIGN_INS = ("demo", "people")
LIVE_TABLETS = ("demo", "live")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--lan", is_flag=True, help="Listen for the whole network, not this machine alone.")
@click.option(
    "--tls", type=click.IntRange(1, 65535), metavar="PORT", help="Speak TLS too, at another port."
)
@click.option(
    "--data",
    envvar="SURVEY_DATA",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default="SURVEY_DATA, or var",
    help="Folder for everything that is kept.",
)
@click.option("--empty", is_flag=True, help="Without the demonstration.")
def run(port: int, lan: bool, tls: int | None, data: Path, empty: bool) -> None:
    """Starts everything on this machine, and ends it with Ctrl-C."""
    host = "0.0.0.0" if lan else "127.0.0.1"  # nosec B104 - asked for with --lan
    one = Run(
        data=data,
        host=host,
        port=port,
        steps=(UPGRADE, SETUP) if empty else (UPGRADE, SETUP, DEMONSTRATION),
        children=lambda env: processes(host, port, env, empty, tls),
        when_healthy=lambda env: greet(port, lan, tls, env, empty),
    )
    try:
        require_settings({**surroundings(os.environ, empty), "SURVEY_DATA": str(data)})
        carry_out(one, say)
    except CannotStart as refusal:
        fail(str(refusal))


def surroundings(outside: Mapping[str, str], empty: bool) -> dict[str, str]:
    """A demonstration lets the people it made up in without a second factor; an empty server, which
    somebody will bring real answers to, lets nobody."""
    if empty:
        return dict(outside)
    return {"SURVEY_SECOND_FACTOR": "demonstration", **outside, "SURVEY_DEMONSTRATION": "1"}


def require_settings(outside: Mapping[str, str]) -> None:
    """A process that cannot read them would be started again and again."""
    own_servers = {"SURVEY_DATABASE_URL": "postgresql://", "SURVEY_REDIS_URL": "unix://"}
    given = {name: value for name, value in outside.items() if value}
    try:
        require_safe_settings(settings.from_env(own_servers | given))
        if file := given.get("SURVEY_RECEIPT_KEY_FILE"):
            receipts.key_of(Path(file))
    except settings.BadSetting as bad:
        raise CannotStart(str(bad)) from bad
    except (OSError, ValueError) as failure:
        raise CannotStart(
            f"SURVEY_RECEIPT_KEY_FILE must be an Ed25519 key (PEM), or a place where one can be "
            f"made: {failure}"
        ) from failure


def say(sentence: str) -> None:
    """To a terminal that may be closed already, which must not disturb the stopping."""
    with contextlib.suppress(OSError):
        click.echo(sentence)


def processes(
    host: str, port: int, env: Mapping[str, str], empty: bool, tls: int | None = None
) -> list[children.Child]:
    env = surroundings(env, empty)
    serving = [
        children.web(host, port, env),
        *encrypted(host, tls, env),
        *children.background(env),
    ]
    if empty:
        return serving
    words = (*LIVE_TABLETS, "--url", f"http://127.0.0.1:{port}")
    return [*serving, children.tablets(words, env)]


def encrypted(host: str, port: int | None, env: Mapping[str, str]) -> list[children.Child]:
    """The web process once more, for clients that show their passwords to nobody else."""
    if port is None:
        return []
    chosen = settings.from_env(env)
    certificate = Certificate(chosen.tls_certificate, chosen.tls_key)
    if not env.get("SURVEY_TLS_CERTIFICATE"):
        hosts = ("localhost", "127.0.0.1", address_in_the_network())
        certificate = self_signed(chosen.data_folder / "keys", hosts)
    return [children.web(host, port, env, certificate)]


def greet(port: int, lan: bool, tls: int | None, env: Mapping[str, str], empty: bool) -> None:
    click.echo(f"\nOpen http://127.0.0.1:{port}")
    if tls is not None:
        click.echo(f"With TLS: https://127.0.0.1:{tls}")
    if lan:
        click.echo(f"In this network: http://{address_in_the_network()}:{port}")
    if empty:
        click.echo(
            "Who signs in is brought in by `survey-server people import`: a CSV file with "
            "username,name,role,area,password (an administrator of the country: role "
            "administrator, area VN)."
        )
    else:
        subprocess.run(children.command(*SIGN_INS), env=dict(env), check=False)
    click.echo("Ctrl-C stops everything.\n")


COMMANDS = (run,)
