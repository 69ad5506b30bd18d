"""PostgreSQL's own folder: made once and completely, or not at all.

Everything is sorted and compared by code point, but lower() and upper() know Vietnamese: the
built-in C.UTF-8 locale of PostgreSQL 17 and newer. Older servers get plain C.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from survey_server.local.accounts import Account
from survey_server.local.binaries import PostgresPrograms
from survey_server.local.refusals import CannotStart

ROLES_AND_DATABASE = """\
CREATE ROLE survey_owner LOGIN BYPASSRLS
CREATE ROLE survey_web LOGIN
CREATE ROLE survey_worker LOGIN BYPASSRLS
CREATE ROLE survey_intake LOGIN
CREATE DATABASE survey OWNER survey_owner
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A folder of PostgreSQL's, the programs that serve it and the account they run as."""

    folder: Path
    programs: PostgresPrograms
    account: Account | None

    def run(self, program: Path, *words: str, feed: str = "") -> None:
        outcome = subprocess.run(
            [program, *words],
            input=feed.encode(),
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            cwd=self.folder.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if outcome.returncode != 0:
            said = outcome.stdout.decode(errors="replace").strip()
            raise CannotStart(f"{program.name} could not make {self.folder}:\n{said}")

    def major_version(self) -> int:
        """Of the programs; `postgres (PostgreSQL) 18.6 (…)`."""
        said = subprocess.run(
            [self.programs.postgres, "--version"], capture_output=True, check=True, text=True
        ).stdout
        return int(said.split(")", 1)[1].split()[0].split(".")[0])


def make_cluster(cluster: Cluster) -> None:
    """Made under another name and renamed, so that a start cut short leaves no half of it."""
    unfinished = Cluster(
        cluster.folder.with_name("cluster.unfinished"), cluster.programs, cluster.account
    )
    shutil.rmtree(unfinished.folder, ignore_errors=True)
    unfinished.run(cluster.programs.initdb, *initdb_words(unfinished))
    unfinished.run(
        cluster.programs.postgres,
        *("--single", "-D", str(unfinished.folder), "postgres"),
        feed=ROLES_AND_DATABASE,
    )
    unfinished.folder.rename(cluster.folder)


def initdb_words(cluster: Cluster) -> list[str]:
    words = ["-D", str(cluster.folder), "-U", "postgres", "--encoding=UTF8", "--locale=C"]
    words += ["--auth-local=trust", "--auth-host=reject", "--no-sync", "--no-instructions"]
    if cluster.major_version() >= 17:
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return words


def require_cluster(cluster: Cluster) -> None:
    """Says in a sentence what PostgreSQL would say in a log file."""
    version = cluster.folder / "PG_VERSION"
    if not version.is_file():
        raise CannotStart(
            f"{cluster.folder} is there but is no database: it was damaged or made by something "
            "else. Move it away to begin anew, or bring it back from a backup."
        )
    if int(version.read_text()) != cluster.major_version():
        raise CannotStart(
            f"The database in {cluster.folder} was made by PostgreSQL {version.read_text().strip()}"
            f", this is PostgreSQL {cluster.major_version()}: use pg_upgrade, or export with the "
            "old version first."
        )
    if cluster.account is None and not (cluster.folder / "base").is_dir():
        raise CannotStart(
            f"{cluster.folder} belongs to another user: start as that user, or choose another "
            "folder with --data."
        )
