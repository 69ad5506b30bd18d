"""What the demonstration keeps in its folder, readable by its owner only.

<SURVEY_DATA>/demo/personas.json   who can sign in, with passwords, and what each should look for
<SURVEY_DATA>/demo/devices.csv     device_id, secret: the tablets that go on syncing live
<SURVEY_DATA>/demo/tablets/        what these tablets remember
"""

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from survey_server.simulator.fleet import Device


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to sign in as; `look` says what there is to find, and where."""

    username: str
    password: str = field(repr=False)
    name: str
    role: str
    role_vi: str
    role_en: str
    area: str
    area_name: str
    look_vi: str
    look_en: str


def folder_of(data: Path) -> Path:
    return data / "demo"


def personas_file(data: Path) -> Path:
    return folder_of(data) / "personas.json"


def devices_file(data: Path) -> Path:
    return folder_of(data) / "devices.csv"


def tablets_folder(data: Path) -> Path:
    return folder_of(data) / "tablets"


def write_personas(data: Path, personas: Iterable[Persona]) -> None:
    with _private(personas_file(data)) as file:
        json.dump([asdict(one) for one in personas], file, ensure_ascii=False, indent=1)


def read_personas(data: Path) -> list[Persona]:
    """Raises FileNotFoundError."""
    text = personas_file(data).read_text(encoding="utf-8")
    return [Persona(**one) for one in json.loads(text)]


def write_devices(file: Path, devices: Iterable[Device]) -> None:
    with _private(file) as lines:
        out = csv.writer(lines, lineterminator="\n")
        out.writerow(("device_id", "secret"))
        out.writerows((one.device_id, one.secret) for one in devices)


def read_devices(data: Path) -> list[Device]:
    """Raises FileNotFoundError."""
    with devices_file(data).open(encoding="utf-8", newline="") as lines:
        return [Device(row["device_id"], row["secret"]) for row in csv.DictReader(lines)]


def _private(path: Path) -> IO[str]:
    """Never readable by others, not even while it is written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
