"""The command `survey-server`: one group of commands per subject."""

import importlib
import pkgutil

import click

from survey_server import commands

MODULES = tuple(module.name for module in pkgutil.iter_modules(commands.__path__))


class Commands(click.Group):
    """Each module of `commands` names what it brings in COMMANDS.

    A command with a module of its own name is found there, and no other module is loaded: what
    looks after the server from a timetable should not load simulators and compilers each time.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = _brought_by(cmd_name) if cmd_name in MODULES else {}
        return own.get(cmd_name) or self._all().get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._all())

    def _all(self) -> dict[str, click.Command]:
        for module in MODULES:
            self.commands.update(_brought_by(module))
        return dict(self.commands)


def _brought_by(module: str) -> dict[str, click.Command]:
    found = importlib.import_module(f"{commands.__name__}.{module}")
    return {command.name: command for command in found.COMMANDS}


@click.group(cls=Commands)
@click.version_option(package_name="survey-server")
def main() -> None:
    """The server that field surveys run on."""


if __name__ == "__main__":
    main(prog_name="survey-server")
