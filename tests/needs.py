"""Tests that need something a machine may not have: a browser, nginx, Java, a network's tools.

`@pytest.mark.needs("browser")` runs where it is found, and says NOT RUN elsewhere. Where CI=true
nothing may be missing: there the test fails.
"""

import os
import shutil

import pytest

PROGRAMS = {
    "browser": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "nginx": ("nginx", "/usr/sbin/nginx"),
    "java": ("java",),
    "faketime": ("faketime",),
    "ip": ("ip", "/usr/sbin/ip"),
    "tc": ("tc", "/usr/sbin/tc"),
    "nft": ("nft", "/usr/sbin/nft"),
    "unshare": ("unshare",),
}


def found(need: str) -> str | None:
    """The program's path."""
    paths = (shutil.which(program) for program in PROGRAMS[need])
    return next((path for path in paths if path), None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"needs(what): of {', '.join(PROGRAMS)}; must be there")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for need in marker.args:
            if found(need):
                continue
            if os.environ.get("CI") == "true":
                pytest.fail(f"needs {need}, and where CI=true no test may be left out")
            pytest.skip(f"needs {need}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """From the reports, which also come from workers of other processes."""
    for left_out in terminalreporter.stats.get("skipped", ()):
        _, _, reason = left_out.longrepr
        terminalreporter.write_line(
            f"NOT RUN {left_out.nodeid}: {reason.removeprefix('Skipped: ')}"
        )
