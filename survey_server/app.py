"""The web process: wires settings, database, queue and blueprints; no logic."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from survey_server import (
    api,
    doorkeeping,
    logs,
    openrosa,
    policy,
    queueing,
    receipts,
    segments,
    settings,
    waiting,
    web,
)
from survey_server.services import attachments, keyring, people
from survey_server.services.starting import require_safe_start
from survey_server.store import every_table  # noqa: F401 - for migrations, which run in an app
from survey_server.store.base import WEB_OPTIONS, binds, db, engine_options

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Application(APIFlask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is a coroutine, so that no hook of a request is asked whether it is one."""
        return func


def create_app(chosen: settings.Settings | None = None) -> APIFlask:
    """Raises BadSetting where the environment does not allow a start."""
    chosen = chosen or settings.from_env(os.environ)
    logs.configure(chosen.log_level)
    app = Application(
        "survey_server",
        title="survey_server",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type] # Flask takes None, APIFlask forgot.
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        SQLALCHEMY_DATABASE_URI=chosen.database_url,
        SQLALCHEMY_BINDS=binds(chosen.intake_database_url, chosen.pool_size),
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(chosen.pool_size, WEB_OPTIONS),
        OWNER_DATABASE_URL=chosen.owner_database_url,
        MAX_CONTENT_LENGTH=chosen.packed_bytes + 1,
        VALIDATION_ERROR_STATUS_CODE=422,
    )
    require_safe_start(chosen, app.debug)
    app.extensions["settings"] = chosen
    keyring.use(keyring.keyring_of(chosen))
    attachments.use(attachments.place_of(chosen))
    app.extensions["receipt_key"] = receipts.key_of(chosen.receipt_key_file)
    app.extensions["door"] = people.Door(
        people.seal_of(chosen.second_factor_key_file),
        chosen.second_factor == "required",
        chosen.address_failures,
    )
    if chosen.trusted_proxies:
        # Whatever a client itself writes into the header stands before what our proxies add.
        far = chosen.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=far, x_proto=far)  # type: ignore[method-assign]
    app.extensions["doorkeeper"] = doorkeeping.Doorkeeper(chosen.uploads_at_once)
    app.extensions["queue"] = queueing.Bell(chosen.redis_url)
    segments.register(app)
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    api.register(app)
    web.register(app)
    openrosa.register(app)
    waiting.register(app)
    policy.register(app)
    policy.require_complete(app)
    return app
