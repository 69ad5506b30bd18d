"""JavaRosa, the engine inside ODK Collect, as a process that answers questions.

It is in the jar that pyxform brings. Our side, `Oracle.java`, is compiled once per session, which
needs a JDK: a Java that only runs programs is not enough.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyxform

from tests.needs import found

SOURCE = Path(__file__).with_name("Oracle.java")
JAR = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
ZONE = "Asia/Ho_Chi_Minh"


class JavaRosaFault(Exception):
    """JavaRosa stopped: on a tablet the form would have crashed here."""


def why_not() -> str | None:
    """Why it cannot run on this machine."""
    java = found("java")
    if java is None:
        return "needs java"
    modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=False)
    if "jdk.compiler@" not in modules.stdout:
        return "needs a JDK: this java cannot compile"
    return None if JAR.exists() else "needs the jar of ODK Validate that pyxform brings"


class JavaRosa:
    """Holds one form, and one interview of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def load(self, form: Path, media: Path) -> None:
        self._ask({"do": "load", "form": str(form), "media": str(media)})

    def fill(self, instance: str) -> None:
        self._ask({"do": "fill", "instance": instance})

    def nodes(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self._ask({"do": "nodes"})["nodes"]
        return answer

    def evaluate(self, cases: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        """Expressions, each with the indexed path of its context node."""
        asked = [{"expr": expression, "context": context} for expression, context in cases]
        answer: list[dict[str, str]] = self._ask({"do": "evaluate", "cases": asked})["values"]
        return answer

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise JavaRosaFault(answer["error"])
        return answer


@contextmanager
def javarosa(folder: Path, zone: str = ZONE) -> Iterator[JavaRosa]:
    """`folder` is for the compiled program."""
    java = found("java") or "java"
    command = [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Duser.timezone={zone}"]
    _compile(java, folder)
    with (
        (folder / "javarosa.log").open("w") as log,
        subprocess.Popen(
            [*command, "-cp", f"{JAR}:{folder}", "Oracle"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        try:
            yield JavaRosa(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _compile(java: str, folder: Path) -> None:
    """By the launcher's own compiler: `javac` is not on the path of every JDK."""
    beside = Path(java).resolve().with_name("javac")
    javac = str(beside) if beside.exists() else shutil.which("javac")
    command = [javac or "javac", "-nowarn", "-encoding", "UTF-8", "-d", str(folder)]
    subprocess.run([*command, "-cp", str(JAR), str(SOURCE)], check=True, capture_output=True)
