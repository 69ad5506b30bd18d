"""Servers for trials: durable, on a real disk, in a folder that is gone afterwards.

The country is made once, in a database that nobody works with; each trial gets a copy of it, with
data folder and keys of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import flask_migrate
import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server import settings
from survey_server.app import create_app
from survey_server.commands.forms.compiling import compiled_or_fail
from survey_server.commands.setup import FORMS
from survey_server.domain.forms import CompiledForm
from survey_server.faults.country import FORM, SURVEY, Country, definition
from survey_server.faults.disk import Disk, disk_at
from survey_server.faults.staff import CannotTry
from survey_server.local.ports import kept_port
from survey_server.local.postgres import PostgresServer
from survey_server.local.throwaway import ThrowawayServers, remove
from survey_server.local.valkey import ValkeyServer
from survey_server.services import frame as frames
from survey_server.services.demonstration import Frame, bring_in
from survey_server.services.forms import publish
from survey_server.store.base import db, engine

LEASE_SECONDS = "3"
TABLESPACE = "trials"
LEAST_FREE_BYTES = 2 * 1024**3
# Unlike /tmp it is a real disk everywhere.
ON_DISK = Path("/var/tmp")  # nosec B108 - a folder of its own is made inside
# Work is assigned before it is begun; a tablet that is silent for 45 days is asked to enrol again.
LEAD = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one trial works on: a database, a data folder, an environment for processes, and where
    its processes keep photos."""

    folder: Path
    files: Path
    port: int
    env: Mapping[str, str]
    owner: Engine
    database: str


@dataclass
class Place:
    """`secrets` of the tablets, by their ids; `disk`, where there can be one, for all trials."""

    folder: Path
    servers: ThrowawayServers
    country: Country
    secrets: Mapping[str, str]
    form: CompiledForm
    disk: Disk | None

    @contextmanager
    def ground(self, name: str) -> Iterator[Ground]:
        database = f"survey_{name}"
        # Copied by pages of its log, a sequence forgets after a crash what it has handed out: what
        # it had logged ahead was logged for the original. Files are copied between two checkpoints.
        copied = "TEMPLATE survey STRATEGY file_copy OWNER survey_owner"
        where = f"TABLESPACE {TABLESPACE}" if self.disk else ""
        self.run("postgres", f'CREATE DATABASE "{database}" {copied} {where}')
        folder = self.folder / name
        folder.mkdir()
        files = self.disk.files / name if self.disk else folder / "files"
        # The parts of photos are on the same disk as the photos.
        (files / "parts").mkdir(parents=True)
        (folder / "parts").symlink_to(files / "parts")
        attachments = files / "attachments"
        env = {
            **environment(self.servers, folder, database),
            "SURVEY_ATTACHMENTS": str(attachments),
        }
        owner = engine(settings.from_env(env).owner_database_url)
        try:
            yield Ground(folder, attachments, kept_port(), env, owner, database)
        finally:
            owner.dispose()
            self.run("postgres", f'DROP DATABASE "{database}" WITH (FORCE)')
            shutil.rmtree(files)

    def run(self, database: str, *statements: str) -> None:
        """As the superuser, each by itself."""
        url = self.servers.postgres.url("postgres").replace("/survey?", f"/{database}?")
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def place(country: Country) -> Iterator[Place]:
    folder = _folder()
    servers = ThrowawayServers(PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey"))
    with ExitStack() as leaving:
        leaving.callback(remove, folder)
        disk = leaving.enter_context(disk_at(folder / "disk"))
        for server in (servers.postgres, servers.valkey):
            leaving.callback(server.stop)
            server.start()
        form = compiled_or_fail(FORMS / FORM)
        secrets = _settled(environment(servers, folder, "survey"), country, form)
        place = Place(folder, servers, country, secrets, form, disk)
        if disk:
            if account := servers.postgres.cluster.account:
                account.owns(disk.tables)
            place.run("postgres", f"CREATE TABLESPACE {TABLESPACE} LOCATION '{disk.tables}'")
        yield place


def environment(servers: ThrowawayServers, data: Path, database: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}
    own = {name: url.replace("/survey?", f"/{database}?") for name, url in servers.env.items()}
    return {
        **outside,
        **own,
        "SURVEY_DATA": str(data),
        "SURVEY_LEASE_SECONDS": LEASE_SECONDS,
        # Nobody who could hold a phone signs in here.
        "SURVEY_SECOND_FACTOR": "demonstration",
        "SURVEY_DEMONSTRATION": "1",
        # All tablets are at one address, and copies of an enrolment count as wrong codes.
        "SURVEY_ADDRESS_FAILURES": "100000",
    }


def _settled(env: Mapping[str, str], country: Country, form: CompiledForm) -> dict[str, str]:
    """Makes tables, survey, form and people; the secrets of tablets."""
    chosen = settings.from_env(env)
    app = create_app(chosen)
    with app.app_context():
        flask_migrate.upgrade()
    when = datetime.now(UTC) - LEAD
    owner = engine(chosen.owner_database_url)
    with Session(owner, expire_on_commit=False) as session, session.begin():
        survey = frames.add_survey(session, definition(when.date()))
        publish(session, SURVEY, form, when)
        rows = Frame(
            areas=country.area_rows(),
            units=list(country.unit_rows()),
            people=country.people_rows(),
            devices=country.device_rows(),
            assignments=country.assignment_rows(),
        )
        told = bring_in(session, survey, rows, when)
    # A database that somebody is connected to cannot be copied.
    owner.dispose()
    app.extensions["audit"].engine.dispose()
    with app.app_context():
        for one in db.engines.values():
            one.dispose()
    return {one.device_id: one.secret for one in told}


def _folder() -> Path:
    where = ON_DISK if os.access(ON_DISK, os.W_OK) else Path(tempfile.gettempdir())
    if shutil.disk_usage(where).free < LEAST_FREE_BYTES:
        raise CannotTry(f"{where} has less than {LEAST_FREE_BYTES // 1024**2} MB free.")
    folder = Path(tempfile.mkdtemp(prefix=f"survey-faults-{os.getpid()}-", dir=where))
    # PostgreSQL may have to run as another user, who must be able to pass.
    folder.chmod(0o711)
    return folder
