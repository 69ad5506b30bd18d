"""The storm: ten thousand tablets come back within seconds, each with what it has finished.

Whoever cannot be served now is told so before anything is read, and when to come again; nobody's
connection may end without a word. Everybody comes in, and everything is stored once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey_server import receipts
from survey_server.benches import fieldwork
from survey_server.benches.bars import Bar
from survey_server.benches.crowd import Came, come
from survey_server.benches.installation import Installation, installation
from survey_server.benches.load import Interviewers, Upload, percentiles, send
from survey_server.benches.processes import cpu_seconds, difference
from survey_server.benches.proxied import behind_nginx
from survey_server.domain.frame import DeviceRow, table_of
from survey_server.services import frame as services
from survey_server.store.frame import survey_by_code
from survey_server.tablet.protocol import ReceiptKey

Say = Callable[[str], None]
P95_SECONDS = 30.0
WARMING = 20
# Not every list is as long as the average one.
ROOM = 1.3


@dataclass(frozen=True, slots=True)
class Wishes:
    """`ramp` in seconds; `interviews` of each device, in one batch."""

    devices: int = 10_000
    interviews: int = 5
    ramp: float = 20.0
    seed: int = 1
    nginx: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    wishes: Wishes
    came: Came
    stored: int
    cpu: dict[str, float]

    def as_json(self) -> dict[str, object]:
        came = dict(vars(self.came))
        for name in ("seconds", "health_seconds"):
            told = came.pop(name)
            came[name.replace("seconds", "milliseconds")] = {
                **percentiles(told),
                "max": round(1000 * max(told, default=0.0), 1),
            }
        return {"wishes": asdict(self.wishes), **came, "rows": self.stored, "cpu": self.cpu}


def carry_out(wishes: Wishes, say: Say) -> Report:
    with ExitStack() as leaving:
        place = leaving.enter_context(installation(proxies=int(wishes.nginx)))
        uploads = _uploads(place, wishes)
        place.serve()
        port = leaving.enter_context(behind_nginx(place)) if wishes.nginx else place.port
        send(place.url, uploads[:WARMING], 4)
        say(f"{wishes.devices:,} tablets are on their way.")
        before = cpu_seconds(place)
        came = come(("127.0.0.1", port), uploads[WARMING:], wishes.ramp, _key(place), wishes.seed)
        cpu = {
            kind: round(seconds, 2)
            for kind, seconds in difference(before, cpu_seconds(place)).items()
        }
        return Report(wishes, came, _count(place), cpu)


def _uploads(place: Installation, wishes: Wishes) -> list[Upload]:
    """One of each tablet, and a few more to warm up with."""
    crowd = _crowd(place, wishes.devices + WARMING, wishes)
    with place.owner.connect() as connection:
        version = connection.exec_driver_sql(
            "SELECT v.version FROM form_versions v JOIN forms f ON f.id = v.form"
            f" WHERE f.form_id = '{fieldwork.LONG}'"
        ).scalar_one()
    made = Interviewers(crowd, str(version), wishes.seed)
    return made.uploads(len(crowd.tablets) * wishes.interviews, wishes.interviews)


def _crowd(place: Installation, devices: int, wishes: Wishes) -> fieldwork.Fieldwork:
    """Each enumerator's list shared out among as many tablets as it is enough for."""
    eas = 1 + fieldwork.eas_of(int(ROOM * devices * wishes.interviews))
    work = fieldwork.prepare(place.owner, eas, eas, wishes.seed)
    pieces = [
        (tablet.device_id.removeprefix("tablet-"), piece)
        for tablet in work.tablets
        for piece in _pieces(tablet.units, wishes.interviews)
    ][:devices]
    if len(pieces) < devices:
        raise ValueError("the tablets' lists have no more units")
    rows = [DeviceRow(f"storm-{n:05}", who) for n, (who, _) in enumerate(pieces)]
    with Session(place.owner) as session, session.begin():
        survey = survey_by_code(session, fieldwork.SURVEY)
        if survey is None:
            raise LookupError(fieldwork.SURVEY)
        _, told = services.import_devices(session, survey, table_of(rows), _before())
    secrets = {one.device_id: one.secret for one in told}
    tablets = tuple(
        fieldwork.Tablet(row.device_id, secrets[row.device_id], piece)
        for row, (_, piece) in zip(rows, pieces, strict=True)
    )
    return fieldwork.Fieldwork(tablets, (), work.supervisor)


def _pieces(units: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(units) - size + 1, size):
        yield tuple(units[start : start + size])


def _before() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def _key(place: Installation) -> ReceiptKey:
    made = receipts.key_of(place.folder / "keys" / "receipt.pem")
    return ReceiptKey(id=made.key_id, public_key=made.public_key)


def _count(place: Installation) -> int:
    with place.owner.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM submissions")) or 0)


def bars(report: Report) -> Iterator[Bar]:
    wishes, came = report.wishes, report.came
    every = wishes.devices
    yield Bar("tablets acknowledged", every, came.acknowledged, came.acknowledged == every)
    rows = (every + WARMING) * wishes.interviews
    yield Bar("submissions stored, each once", rows, report.stored, report.stored == rows)
    p95 = percentiles(came.seconds).get("p95", 0.0) / 1000
    yield Bar("p95 seconds to the receipt", P95_SECONDS, p95, p95 <= P95_SECONDS)
    lost = sum(came.lost.values())
    yield Bar("connections that ended without an answer", 0, lost, not lost)
    bare = came.without_retry_after + came.refused["signature"]
    yield Bar("refusals without Retry-After", 0, bare, not bare)
