"""Making a release that somebody asked for: from asked to ready, once, however often it rings."""

import shutil
import uuid

import structlog
from sqlalchemy.orm import Session

from survey_server.jobs.intake import utc_now
from survey_server.jobs.wiring import TimeIsUp, Wiring, wired
from survey_server.services import audit
from survey_server.services.audit import Data, Entry
from survey_server.services.audit.fingerprints import fingerprint_of
from survey_server.services.releases import archive_of, folder_of, make_dataset
from survey_server.store import releases
from survey_server.store.frame import Survey
from survey_server.store.releases import Asked

log = structlog.get_logger()


def _entry(action: str, asked: Asked, told: Data) -> Entry:
    release = f"release:{asked.id}"
    return Entry(action, asked.survey_code, asked.person_id, object=release, data=told)


def make(release_id: str) -> None:
    """The job. A release that is ready, or being made by somebody else, is left alone."""
    wiring = wired()
    release = uuid.UUID(release_id)
    with Session(wiring.engine) as session, session.begin():
        asked = releases.find(session, release)
        if asked is None or not releases.begin(session, release, utc_now()):
            return
    try:
        _make(wiring, asked)
    except (Exception, TimeIsUp) as fault:  # noqa: BLE001 - told to whoever asked
        with Session(wiring.engine) as session, session.begin():
            releases.finish(session, release, "failed", None, utc_now())
        _clear_away(wiring, release)
        audit.note_if_possible(_entry("release_failed", asked, {}))
        log.error("release failed", release=release_id, why=type(fault).__name__)


def _clear_away(wiring: Wiring, release: uuid.UUID) -> None:
    """What was half written: it takes room, and tells what people told."""
    folder = folder_of(wiring.settings.data_folder, release)
    for half in (folder, folder.with_name(f"{folder.name}.part")):
        shutil.rmtree(half, ignore_errors=True)
    archive_of(wiring.settings.data_folder, release).unlink(missing_ok=True)


def _make(wiring: Wiring, asked: Asked) -> None:
    folder = folder_of(wiring.settings.data_folder, asked.id)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    shutil.rmtree(folder, ignore_errors=True)
    with Session(wiring.engine) as session:
        # Every table is of the same moment, whatever arrives meanwhile.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        survey = session.get_one(Survey, asked.survey_id)
        counts = make_dataset(
            session, releases.Wish(survey.id, asked.area_id, asked.identified),
            list(survey.levels), folder, utc_now(),
        )  # fmt: skip
        # Still in this transaction: whoever ends the survey waits for it, and then finds the file.
        shutil.make_archive(str(folder), "zip", folder)
        # What people told lies about once, not twice.
        shutil.rmtree(folder)
    told: Data = {
        "area_id": asked.area_id,
        "identified": int(asked.identified),
        "rows": sum(counts.values()),
        "file_sha256": fingerprint_of(archive_of(wiring.settings.data_folder, asked.id)),
    }
    audit.note(_entry("release_made", asked, told))
    with Session(wiring.engine) as session, session.begin():
        releases.finish(session, asked.id, "ready", counts, utc_now())
