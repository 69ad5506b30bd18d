"""Each command is found without loading the others."""

import subprocess
import sys

import click
import pytest

from survey_server.cli import MODULES, brought_by, main

BROUGHT = sorted({name for module in MODULES for name in brought_by(module)})
LOADED = (
    "import sys; from survey_server.cli import main;"
    " main([sys.argv[1], '--help'], standalone_mode=False); print(*sys.modules)"
)


def test_all_are_listed() -> None:
    assert {"run", "worker", "sweep", "people", "device", "export"} <= set(BROUGHT)
    assert main.list_commands(click.Context(main)) == BROUGHT


@pytest.mark.parametrize("name", BROUGHT)
def test_what_a_module_brings_is_found_by_its_name(name: str) -> None:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    assert found.name == name


def test_what_is_no_command_is_not_found() -> None:
    assert main.get_command(click.Context(main), "frames") is None


@pytest.mark.parametrize("name", ["worker", "sweep"])
def test_what_runs_all_the_time_loads_no_web_framework_and_no_simulator(name: str) -> None:
    said = subprocess.run(
        [sys.executable, "-P", "-c", LOADED, name],
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = set(said.stdout.split())
    assert "survey_server.commands.workers" in loaded
    unneeded = {"apiflask", "flask_migrate", "alembic", "pyxform", "survey_server.simulator"}
    assert not loaded & unneeded
