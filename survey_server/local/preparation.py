"""What is done before the processes start: tables, areas and forms, the demonstration.

Each step is one of the operators' own commands, so that nothing happens here that they cannot do
by hand. `<data>/postgres/prepared.json` remembers from which material a step was done, so that a
later start skips it; it lies with the database, and is lost with it.
"""

import contextlib
import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.children import command
from survey_server.local.refusals import CannotStart


@dataclass(frozen=True, slots=True)
class Step:
    """`material` is what the step reads: it is done again when that has changed.

    None means at every start; an empty one means once.
    """

    words: tuple[str, ...]
    sentence: str
    material: tuple[Path, ...] | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    data: Path
    env: Mapping[str, str]
    say: Callable[[str], None]
    stopping: Callable[[], bool]
    remembers: bool

    def do(self, step: Step) -> None:
        name = " ".join(step.words)
        digest = None if step.material is None else digest_of(step.material)
        done = self.done_before()
        if self.remembers and digest and done.get(name) == digest:
            return
        started = time.monotonic()
        self.say(f"{step.sentence} …")
        self.run(step)
        self.say(f"  done in {time.monotonic() - started:.1f} s")
        if self.remembers and digest and not self.stopping():
            self.notes.write_text(json.dumps(done | {name: digest}, indent=1))

    def run(self, step: Step) -> None:
        """What the command prints goes to the terminal: that is the progress of a long step."""
        with subprocess.Popen(command(*step.words), env=dict(self.env)) as process:
            while process.poll() is None:
                if self.stopping():
                    process.terminate()
                time.sleep(0.02)
        if process.returncode != 0 and not self.stopping():
            raise CannotStart(
                f"`survey-server {' '.join(step.words)}` did not succeed; "
                "what it printed above says why."
            )

    def done_before(self) -> dict[str, str]:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads(self.notes.read_text()))
        return {}

    @property
    def notes(self) -> Path:
        return self.data / "postgres" / "prepared.json"


def digest_of(material: tuple[Path, ...]) -> str:
    """Of the content of files, or of everything in folders."""
    digest = hashlib.sha256()
    for root in material:
        files = sorted(path for path in root.rglob("*") if path.is_file()) or [root]
        for path in files:
            if path.suffix != ".pyc":
                digest.update(
                    path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
                )
    return digest.hexdigest()
