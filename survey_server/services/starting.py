"""What a server refuses to start with, where real answers are: everything but a demonstration.

Each refusal is a sentence for the operator. What PostgreSQL cannot be asked now, because it does
not run yet, does not hinder a start: `/readyz` says what is missing.
"""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from survey_server.settings import BadSetting, Settings
from survey_server.store.base import engine

# Of examples, images of containers, and people in a hurry.
WELL_KNOWN = frozenset(
    "admin change-me changeme default example foobared guest letmein passwd password postgres"
    " redis root secret survey survey_server survey_web test valkey".split()
)
ADDRESSES = (
    "database_url", "intake_database_url", "worker_database_url", "owner_database_url", "redis_url",
)  # fmt: skip
_ROLE = text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")


class UnsafeStart(BadSetting):
    """The environment can be understood, and would put answers at risk."""


def require_safe_start(chosen: Settings, debug: bool = False) -> None:
    """Raises UnsafeStart with every reason."""
    require_safe_settings(chosen, debug)
    _require_none([] if chosen.demonstration else _of_roles(chosen))


def require_safe_settings(chosen: Settings, debug: bool = False) -> None:
    """As above, without asking PostgreSQL."""
    if not chosen.demonstration:
        _require_none([*_of_process(chosen, debug), *_of_files(chosen)])


def _require_none(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise UnsafeStart(" ".join(sentences))


def _of_process(chosen: Settings, debug: bool) -> Iterator[str]:
    if debug:
        yield "FLASK_DEBUG is on: it lets whoever sees an error run code. Leave it out."
    for name in ADDRESSES:
        address = make_url(getattr(chosen, name))
        if address.password is not None and _is_well_known(address.password, address.username):
            yield (
                f"The password in SURVEY_{name.upper()} is empty, the user's name or one that"
                " everybody tries first. Choose another one."
            )


def _is_well_known(word: str, username: str | None) -> bool:
    return not word or word == username or word.lower() in WELL_KNOWN


def _of_files(chosen: Settings) -> Iterator[str]:
    for file in _key_files(chosen):
        if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"Others on this machine can read or change {file}: chmod 600 it."
    personas = chosen.data_folder / "demo" / "personas.json"
    if personas.exists():
        yield (
            f"{personas} holds passwords of a demonstration. Start with another SURVEY_DATA and"
            " another database, or say SURVEY_DEMONSTRATION=1 where nobody's real answers are."
        )


def _key_files(chosen: Settings) -> Iterable[Path]:
    yield from (chosen.receipt_key_file, chosen.audit_key_file, chosen.second_factor_key_file)
    yield from sorted((chosen.data_folder / "keys" / "surveys").glob("*/*.key"))


def _of_roles(chosen: Settings) -> Iterator[str]:
    for name in ("database_url", "intake_database_url"):
        role = _role(getattr(chosen, name))
        if role is not None:
            yield (
                f"SURVEY_{name.upper()} is of {role}, whom PostgreSQL refuses nothing. Take a role"
                " that is no superuser and does not bypass row-level security: see README."
            )


def _role(url: str) -> str | None:
    """The name of a role that may do too much."""
    asked = engine(url, pool_size=1)
    try:
        with asked.connect() as connection:
            found = connection.execute(_ROLE).one()
    except SQLAlchemyError:
        return None
    finally:
        asked.dispose()
    return str(found.rolname) if found.rolsuper or found.rolbypassrls else None
