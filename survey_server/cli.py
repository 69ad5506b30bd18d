"""The command `survey-server`: one group of commands per subject."""

import importlib
import pkgutil

import click

from survey_server import commands


@click.group()
@click.version_option(package_name="survey-server")
def main() -> None:
    """The server that field surveys run on."""


def _assemble() -> None:
    """Each module of `commands` names what it brings in COMMANDS."""
    for module in pkgutil.iter_modules(commands.__path__):
        found = importlib.import_module(f"{commands.__name__}.{module.name}")
        for command in found.COMMANDS:
            main.add_command(command)


_assemble()

if __name__ == "__main__":
    main(prog_name="survey-server")
