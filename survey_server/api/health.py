"""Is the process alive, and can it do its work?

`/readyz` tries what an upload needs, a write that is rolled back among it, because a full disk
leaves every read working.
"""

import shutil
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from survey_server.settings import Settings
from survey_server.store.base import db

blueprint = APIBlueprint("health", __name__, tag="Health")

LEAST_FREE_BYTES = 200 * 1024 * 1024
# A small row finds a place in a table on the fullest disk. Nothing of this is in the journal.
_ROOM = (
    "CREATE TEMPORARY TABLE readiness ON COMMIT DROP AS"
    " SELECT repeat('x', 1000) AS room FROM generate_series(1, 2000)"
)


@blueprint.get("/healthz")
@blueprint.doc(summary="Is the process alive?")
def alive() -> dict[str, str]:
    return {"status": "ok"}


@blueprint.get("/readyz")
@blueprint.doc(summary="Can the server take uploads? Names what is broken.")
def ready() -> tuple[Response, int]:
    settings: Settings = current_app.extensions["settings"]
    parts = {
        "database": _database(),
        "queue": _queue(),
        "disk": _disk(settings.receipt_key_file.parent),
        "files": _files(settings),
    }
    # Uploads need the database and the disks; a dead queue only delays what comes after.
    working = all(parts[name] == "ok" for name in ("database", "disk", "files"))
    return jsonify(status="ok" if working else "broken", parts=parts), 200 if working else 503


def _database() -> str:
    try:
        db.session.execute(
            text(
                "INSERT INTO quarantine (instance_id, code, since)"
                " VALUES (gen_random_uuid(), 'readiness', now())"
            )
        )
        db.session.execute(text(_ROOM))
        db.session.rollback()
    except SQLAlchemyError as error:
        db.session.rollback()
        return f"not writable: {type(getattr(error, 'orig', error)).__name__}"
    return "ok"


def _queue() -> str:
    try:
        current_app.extensions["queue"].connection.ping()
    except RedisError as error:
        return f"not reachable: {type(error).__name__}"
    return "ok"


def _files(settings: Settings) -> str:
    """Where photos lie: a bucket says itself when it is full."""
    return "ok" if "://" in settings.attachments else _disk(Path(settings.attachments))


def _disk(folder: Path) -> str:
    """Of the folder, or of where it will be made."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    return "ok" if free >= LEAST_FREE_BYTES else f"{free // 1024 // 1024} MB free"
