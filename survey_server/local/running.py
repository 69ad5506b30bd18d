"""How a command in another terminal finds the servers that a run has started.

While it lasts, a run keeps the settings it made itself in its data folder; those an operator gave
it, which may hold passwords, are never written down.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path


def _file(data: Path) -> Path:
    return data / "run" / "settings.json"


def remember(data: Path, env: Mapping[str, str], given: Mapping[str, str]) -> None:
    made = {
        name: value
        for name, value in env.items()
        if name.startswith("SURVEY_") and name not in given
    }
    file = _file(data)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made))
    file.chmod(0o600)


def forget(data: Path) -> None:
    _file(data).unlink(missing_ok=True)


def environment(outside: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment, with what the run in its data folder made where it names nothing else.

    Whoever names a database means that one for every role: none of the run's is mixed in.
    """
    file = _file(Path(outside.get("SURVEY_DATA") or "var"))
    try:
        made: dict[str, str] = json.loads(file.read_text())
    except (OSError, ValueError):
        made = {}
    if outside.get("SURVEY_DATABASE_URL"):
        made = {name: made[name] for name in made if not name.endswith("DATABASE_URL")}
    return {**made, **outside}
