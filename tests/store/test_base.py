from sqlalchemy import text

from survey_server import settings
from survey_server.store.base import WEB_OPTIONS, engine


def test_an_upload_waits_for_the_disk_and_not_long_for_a_lock(chosen: settings.Settings) -> None:
    web = engine(chosen.database_url, pool_size=1, options=WEB_OPTIONS)
    with web.connect() as connection:
        shown = {
            name: connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("synchronous_commit", "lock_timeout", "statement_timeout", "timezone")
        }
    web.dispose()
    assert shown == {
        "synchronous_commit": "on",
        "lock_timeout": "5s",
        "statement_timeout": "15s",
        "timezone": "UTC",
    }
