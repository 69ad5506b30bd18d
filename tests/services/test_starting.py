"""Outside a demonstration the server does not start with what would put answers at risk."""

from dataclasses import replace
from pathlib import Path

import pytest
from apiflask import APIFlask

from survey_server.app import create_app
from survey_server.services.starting import UnsafeStart, require_safe_start
from survey_server.settings import Settings


@pytest.fixture
def safe(chosen: Settings, app: APIFlask, tmp_path: Path) -> Settings:
    """A data folder of its own, with keys in it."""
    keys = tmp_path / "keys"
    (keys / "surveys" / "census").mkdir(parents=True)
    made = replace(
        chosen,
        demonstration=False,
        data_folder=tmp_path,
        receipt_key_file=keys / "receipt.pem",
        audit_key_file=keys / "audit.pem",
        second_factor_key_file=keys / "second_factor.key",
    )
    for name in ("receipt.pem", "audit.pem", "second_factor.key", "surveys/census/1.key"):
        (keys / name).touch(mode=0o600)
    return made


def test_a_server_as_it_should_be_starts(safe: Settings) -> None:
    require_safe_start(safe)


def test_a_demonstration_may_be_careless(safe: Settings) -> None:
    require_safe_start(replace(safe, demonstration=True), debug=True)


def test_debugging_is_refused(safe: Settings) -> None:
    with pytest.raises(UnsafeStart, match="FLASK_DEBUG"):
        require_safe_start(safe, debug=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
@pytest.mark.parametrize("name", ["receipt.pem", "second_factor.key", "surveys/census/1.key"])
def test_a_key_that_others_can_read_is_refused(safe: Settings, name: str, mode: int) -> None:
    file = safe.data_folder / "keys" / name
    file.chmod(mode)
    with pytest.raises(UnsafeStart, match=f"{name}: chmod 600"):
        require_safe_start(safe)


@pytest.mark.parametrize("password", ["postgres", "", "Changeme", "somebody"])
@pytest.mark.parametrize("name", ["database_url", "owner_database_url", "redis_url"])
def test_a_password_that_everybody_tries_first_is_refused(
    safe: Settings, name: str, password: str
) -> None:
    kind = "redis" if name == "redis_url" else "postgresql+psycopg"
    address = f"{kind}://somebody:{password}@127.0.0.1:1/0"
    with pytest.raises(UnsafeStart, match=f"SURVEY_{name.upper()}"):
        require_safe_start(replace(safe, **{name: address}))


def test_a_server_that_cannot_be_asked_yet_hinders_no_start(safe: Settings) -> None:
    away = "postgresql+psycopg://web:a-long-secret-word@127.0.0.1:1/survey"
    require_safe_start(replace(safe, database_url=away))


def test_the_passwords_of_a_demonstration_are_refused(safe: Settings) -> None:
    file = safe.data_folder / "demo" / "personas.json"
    file.parent.mkdir()
    file.write_text("[]")
    with pytest.raises(UnsafeStart, match="SURVEY_DEMONSTRATION"):
        require_safe_start(safe)


def test_a_web_role_that_row_level_security_does_not_bind_is_refused(safe: Settings) -> None:
    with pytest.raises(UnsafeStart, match="SURVEY_DATABASE_URL is of survey_owner"):
        require_safe_start(replace(safe, database_url=safe.owner_database_url))


def test_a_superuser_is_refused(safe: Settings) -> None:
    superuser = safe.database_url.replace("survey_web", "postgres")
    with pytest.raises(UnsafeStart, match="is of postgres"):
        require_safe_start(replace(safe, intake_database_url=superuser))


def test_the_application_itself_refuses(safe: Settings) -> None:
    with pytest.raises(UnsafeStart, match="survey_owner"):
        create_app(replace(safe, database_url=safe.owner_database_url))
