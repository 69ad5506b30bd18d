"""The database is put back as it was yesterday: today's interviews come again, by themselves."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest
from apiflask import APIFlask
from sqlalchemy.orm import Session

from survey_server.app import create_app
from survey_server.domain.forms import CompiledForm
from survey_server.local.throwaway import ThrowawayServers, throwaway_servers
from survey_server.services.sync.epochs import begin_epoch
from survey_server.settings import from_env
from survey_server.store.base import db, engine
from tests.api.carrying import enrolled
from tests.ways.books import Books
from tests.ways.tablets import Drawer, HeldTablet
from tests.world import EAS, World, make_world


@dataclass
class Office:
    """An application with a PostgreSQL of its own, which is stopped, copied and put back."""

    servers: ThrowawayServers
    app: APIFlask
    world: World
    books: Books
    backup: Path

    def back_up(self) -> None:
        self._copy(self.cluster, self.backup)

    def put_back(self) -> None:
        self._copy(self.backup, self.cluster)

    @property
    def cluster(self) -> Path:
        return self.servers.postgres.cluster.folder

    def _copy(self, source: Path, to: Path) -> None:
        """With PostgreSQL shut down, and with the owner that it insists on."""
        self.servers.postgres.stop()
        self.let_go()
        if to.exists():
            shutil.rmtree(to)
        subprocess.run(["cp", "-a", source, to], check=True)
        self.servers.postgres.start()

    def let_go(self) -> None:
        with self.app.app_context():
            for one in db.engines.values():
                one.dispose()
        for one in (self.world.engine, self.books.workers, self.books.web):
            one.dispose()
        self.app.extensions["audit"].engine.dispose()


@pytest.fixture
def office(tmp_path: Path, long_form: CompiledForm) -> Iterator[Office]:
    with throwaway_servers() as servers:
        environment = {
            **servers.env,
            "SURVEY_DATA": str(tmp_path / "data"),
            "SURVEY_DEMONSTRATION": "1",
            "SURVEY_SECOND_FACTOR": "demonstration",
        }
        chosen = from_env(environment)
        app = create_app(chosen)
        with app.app_context():
            flask_migrate.upgrade()
        world = make_world(engine(chosen.owner_database_url), long_form)
        workers, web = engine(chosen.worker_database_url), engine(chosen.database_url)
        made = Office(servers, app, world, Books(world, workers, web), tmp_path / "backup")
        yield made
        made.let_go()


@pytest.fixture
def drawer(office: Office, tmp_path: Path) -> Iterator[Drawer]:
    made = Drawer(office.app.test_client(), office.world, tmp_path)
    yield made
    made.put_back()


@pytest.mark.parametrize("told", ["by the operator", "by nobody"])
def test_tablets_bring_again_what_the_backup_lacks(
    office: Office, drawer: Drawer, told: str
) -> None:
    world = office.world
    lan, mai = drawer.tablet("lan"), drawer.tablet("mai")
    yesterday = _told(lan, EAS[0], 1, 2)
    office.back_up()
    today = _told(lan, EAS[0], 3, 4) + _told(mai, EAS[2], 1)
    made = yesterday + today
    office.books.balance()
    assert office.books.kept(*made)

    office.put_back()
    assert office.books.kept(*yesterday)
    assert not office.books.kept(*made)
    if told == "by the operator":
        with Session(world.engine) as session, session.begin():
            begin_epoch(session)
    for tablet in (lan, mai):
        assert tablet.sync().do == "rest"
        assert tablet.has_nothing_left()

    office.books.balance()
    assert office.books.kept(*made)
    assert office.books.counted(EAS[0]) == (4, 0)
    assert office.books.counted(EAS[2]) == (1, 0)
    assert office.books.seen_by("hoa", made) == {*yesterday, *today[:2]}
    # What the server had all along was not asked for; what it lost was stored anew, once.
    assert [drawer.promises.outcomes(one) for one in yesterday] == [["stored"]] * 2
    assert [drawer.promises.outcomes(one) for one in today] == [["stored", "stored"]] * 3


def test_a_tablet_that_was_enrolled_after_the_backup_keeps_all_and_enrols_again(
    office: Office, drawer: Drawer
) -> None:
    client, world = drawer.client, office.world
    office.back_up()
    tablet = drawer.tablet()
    tablet.secret = enrolled(client, world, "lan", "tablet-new")
    made = _told(tablet, EAS[0], 1, 2)
    office.put_back()

    stopped = tablet.sync()
    assert (stopped.do, stopped.reason) == ("stop", "unauthenticated")
    assert tablet.store.states()["acked"] == 2
    tablet.secret = enrolled(client, world, "lan", "tablet-new")
    assert tablet.sync().do == "rest"
    assert tablet.has_nothing_left()
    office.books.balance()
    assert office.books.kept(*made)
    assert office.books.counted(EAS[0]) == (2, 0)


def _told(tablet: HeldTablet, ea: str, *numbers: int) -> list[str]:
    """Told and acknowledged."""
    made = [tablet.interview(tablet.world.unit(ea, number)).instance_id for number in numbers]
    assert tablet.sync().do == "rest"
    return made
