"""Is the process alive, and can it do its work?

`/readyz` tries what an upload needs, a write that is rolled back among it, because a full disk
leaves every read working.
"""

import shutil
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from survey_server.store.base import db

blueprint = APIBlueprint("health", __name__, tag="Health")

LEAST_FREE_BYTES = 200 * 1024 * 1024


@blueprint.get("/healthz")
@blueprint.doc(summary="Is the process alive?")
def alive() -> dict[str, str]:
    return {"status": "ok"}


@blueprint.get("/readyz")
@blueprint.doc(summary="Can the server take uploads? Names what is broken.")
def ready() -> tuple[Response, int]:
    parts = {"database": _database(), "queue": _queue(), "disk": _disk()}
    # Uploads need the database and the disk; a dead queue only delays what comes after.
    working = parts["database"] == "ok" and parts["disk"] == "ok"
    return jsonify(status="ok" if working else "broken", parts=parts), 200 if working else 503


def _database() -> str:
    try:
        db.session.execute(
            text(
                "INSERT INTO quarantine (instance_id, code, since)"
                " VALUES (gen_random_uuid(), 'readiness', now())"
            )
        )
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


def _disk() -> str:
    settings: Any = current_app.extensions["settings"]
    free = shutil.disk_usage(settings.receipt_key_file.parent).free
    return "ok" if free >= LEAST_FREE_BYTES else f"{free // 1024 // 1024} MB free"
