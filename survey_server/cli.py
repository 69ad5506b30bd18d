"""The command `survey-server`: one group of commands per subject."""

import importlib
import pkgutil

import click

from survey_server import commands

MODULES = tuple(module.name for module in pkgutil.iter_modules(commands.__path__))
# Modules of the commands that are not called as the module that brings all of them.
ELSEWHERE = {
    "areas": "frame",
    "assignments": "frame",
    "device": "devices",
    "devices": "frame",
    "export": "releases",
    "import-rescue": "rescue",
    "move-submissions": "moving",
    "rebuild": "interviews",
    "retire": "retention",
    "revalidate": "rules",
    "surveys": "frame",
    "sweep": "workers",
    "tokens": "people",
    "units": "frame",
    "worker": "workers",
}


class Commands(click.Group):
    """Each module of `commands` names what it brings in COMMANDS.

    Only the module of the command is loaded: workers, and what looks after the server from a
    timetable, should not load simulators and compilers at each start.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = ELSEWHERE.get(cmd_name, cmd_name)
        return brought_by(module).get(cmd_name) if module in MODULES else None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({name for module in MODULES for name in brought_by(module)})


def brought_by(module: str) -> dict[str, click.Command]:
    found = importlib.import_module(f"{commands.__name__}.{module}")
    return {command.name: command for command in found.COMMANDS}


@click.group(cls=Commands)
@click.version_option(package_name="survey-server")
def main() -> None:
    """The server that field surveys run on."""


if __name__ == "__main__":
    main(prog_name="survey-server")
