"""A run of the demonstration on which somebody kills its servers."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from survey_server.local.ports import kept_port


def test_a_run_stands_kills_and_simulated_tablets_and_a_rebuild_changes_nothing(
    tmp_path: Path,
) -> None:
    """A whole run, small: it takes about half a minute."""
    tmp_path.chmod(0o711)
    environment = {
        **os.environ,
        "SURVEY_DATA": str(tmp_path / "var"),
        "SURVEY_LEASE_SECONDS": "3",
    }
    port = kept_port()
    words = [sys.executable, "-P", "-m", "survey_server.cli"]
    with subprocess.Popen(
        [*words, "run", "--empty", "--port", str(port), "--data", environment["SURVEY_DATA"]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        try:
            assert run.stdout
            assert any("Ctrl-C" in line for line in run.stdout)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as ready:
                assert ready.status == 200
            broken, simulated, rebuilt = (
                subprocess.run(
                    [*words, *command.split(), "--json"],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                for command in (
                    "demo break --eas 12",
                    "simulate --tablets 7 --households 84",
                    "rebuild",
                )
            )
        finally:
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=60)
    assert broken.returncode == 0, broken.stdout + broken.stderr
    told = json.loads(broken.stdout)
    assert [kill["name"] for kill in told["kills"]] == ["worker-intake-1", "valkey", "postgres"]
    assert all(kill["processes"] for kill in told["kills"])
    assert told["made"] == told["acknowledged"] == told["stored"] > 360
    assert told["coverage"] == told["recount"] == 360
    assert (told["lost"], told["doubled"], told["unsent"], told["pending"]) == (0, 0, 0, 0)
    assert simulated.returncode == 0, simulated.stdout + simulated.stderr
    made = json.loads(simulated.stdout)
    assert (made["tablets"], made["units"], made["pending"]) == (7, 84, 0)
    assert made["acknowledged"] == made["records"]
    assert json.loads(rebuilt.stdout) == {"differences": []}
