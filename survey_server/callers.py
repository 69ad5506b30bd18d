"""Who is calling: looked up once for each request, and kept for as long as it lasts.

A tablet has its secret, a person the token of their session, in the Authorization header; a
browser has it in a cookie that no script can read. Nobody has one in an address, but a tablet that
speaks OpenRosa in a network without TLS, where a setting allows it.
"""

import binascii
import hashlib
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address

from flask import current_app, g, request

from survey_server import problems
from survey_server.domain.people import Scope, Viewer
from survey_server.store import devices, people
from survey_server.store.base import Sight, db, look_as, look_as_intake

LONGEST_TOKEN = 200
COOKIE = "survey_session"
# The key that stood in the address of this request; see openrosa/addresses.py.
ADDRESS_KEY = "survey_server.address_key"


@dataclass(frozen=True, slots=True)
class Caller:
    """Either a tablet or somebody who looks."""

    device: devices.OnCall | None = None
    viewer: Viewer | None = None


def now() -> datetime:
    return datetime.now(UTC)


def bearer() -> str:
    """Raises Unauthenticated."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not 16 <= len(token) <= LONGEST_TOKEN:
        raise problems.Unauthenticated()
    return token


def over_tls() -> bool:
    """Whether the browser's side of the connection is encrypted, as far as can be known here."""
    return request.is_secure or bool(current_app.extensions["settings"].tls)


def cookie_name(name: str) -> str:
    """Under TLS no neighbouring site or plain page can set it (`__Host-`); a laptop without TLS
    could not set such a cookie at all."""
    return f"__Host-{name}" if over_tls() else name


def cookie(name: str) -> str:
    """Blank where the browser sent none."""
    return request.cookies.get(cookie_name(name), "")


def current() -> Caller:
    """Whoever was found for this request. Raises Unauthenticated."""
    found: Caller | None = g.get("caller")
    if found is None:
        raise problems.Unauthenticated()
    return found


def tablet() -> devices.OnCall:
    """Raises Unauthenticated where no tablet is calling."""
    found = current().device
    if found is None:
        raise problems.Unauthenticated()
    return found


def by_token(tablets: bool, newcomers: bool = False) -> Caller:
    """Raises Unauthenticated, TokenExpired, TokenRevoked or SecondFactorSetupNeeded. Only where
    `tablets` may call are they looked for, and only where `newcomers` may, those who have their
    second factor still to set up."""
    token = bearer()
    found = _tablet(token) if tablets else None
    g.caller = found or Caller(viewer=_person(token, newcomers))
    return current()


def by_cookie(newcomers: bool = False) -> Caller | None:
    """Raises SecondFactorSetupNeeded."""
    token = cookie(COOKIE)
    viewer = (_viewer(token) or _newcomer(token, newcomers)) if token else None
    # A program's token in a cookie is no session.
    if viewer is None or viewer.program_scopes is not None:
        return None
    g.caller = Caller(viewer=viewer)
    return current()


def by_secret() -> Caller:
    """A tablet that speaks OpenRosa: its id as the user, its secret as the password.

    Raises Unauthenticated, TokenExpired, TokenRevoked, SurveyRetired, TlsNeeded where the password
    would be readable on its way, or AddressKeyRefused.
    """
    key: str | None = request.environ.get(ADDRESS_KEY)
    if key is None:
        device_id, secret = _basic()
    elif not current_app.extensions["settings"].address_keys:
        raise problems.AddressKeyRefused()
    else:
        device_id, secret = None, key
    known = devices.on_call_lately(_sum_of(secret)) if 16 <= len(secret) <= LONGEST_TOKEN else None
    found = _calling(known)
    if found is None or found.device is None or device_id not in (None, found.device.device_id):
        raise problems.Unauthenticated()
    g.caller = found
    return current()


def _basic() -> tuple[str, str]:
    """Ids of tablets may have colons, secrets have none."""
    if not over_tls() and not _on_this_machine():
        raise problems.TlsNeeded()
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise problems.Unauthenticated()
    try:
        user, _, secret = b64decode(told, validate=True).decode().rpartition(":")
    except (binascii.Error, ValueError):
        raise problems.Unauthenticated() from None
    return user, secret


def _on_this_machine() -> bool:
    """Also by a socket of the file system, which has no address."""
    address = request.remote_addr
    return not address or _is_loopback(address)


@lru_cache(maxsize=1000)
def _is_loopback(address: str) -> bool:
    return ip_address(address.removeprefix("::ffff:")).is_loopback


def prefers_english() -> bool:
    """`vi-VN, en;q=0.9` asks for Vietnamese: regions do not matter, order does."""
    if "HTTP_ACCEPT_LANGUAGE" not in request.environ:
        return False
    for language, quality in request.accept_languages:
        primary = language.partition("-")[0].lower()
        if quality > 0 and primary in ("vi", "en"):
            return primary == "en"
    return False


def narrow(roles: frozenset[str]) -> None:
    """From here on, the viewer has the scopes of these roles and no others, and PostgreSQL shows
    what lies in their areas."""
    viewer = current().viewer
    if viewer is None:
        return
    g.all_scopes = viewer.scopes
    scopes = tuple(scope for scope in viewer.scopes if scope.role in roles)
    g.caller = Caller(viewer=replace(viewer, scopes=scopes))
    look_as(Sight(viewer.person_id, tuple(sorted({scope.area_id for scope in scopes}))))


def all_scopes() -> tuple[Scope, ...]:
    """Of whoever is looking, for any page: to show where they may go, and never what they see."""
    found: tuple[Scope, ...] = g.get("all_scopes", ())
    return found


def _tablet(token: str) -> Caller | None:
    return _calling(devices.on_call(_sum_of(token)))


def _sum_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _calling(on_call: devices.OnCall | None) -> Caller | None:
    """A tablet's request is of the intake role from here on."""
    if on_call is None:
        return None
    look_as_intake(True)
    if on_call.retired:
        raise problems.SurveyRetired()
    if on_call.revoked:
        raise problems.TokenRevoked()
    if on_call.expired:
        raise problems.TokenExpired()
    return Caller(device=on_call)


def _person(token: str, newcomers: bool) -> Viewer:
    found = _viewer(token) or _newcomer(token, newcomers)
    if found is None:
        expired = people.was_signed_in(db.session(), token)
        raise problems.TokenExpired() if expired else problems.Unauthenticated()
    return found


def _newcomer(token: str, welcome: bool) -> Viewer | None:
    """Somebody who may only set their second factor up: a viewer of nothing."""
    session, at = db.session(), now()
    found = people.session_of(session, token, at)
    if found is None or not found.setting_up:
        return None
    if not welcome:
        raise problems.SecondFactorSetupNeeded()
    account = people.account_of(session, found.person)
    people.keep_alive(session, token, at)
    session.commit()
    return Viewer(account.id, account.name, ()) if account else None


def _viewer(token: str) -> Viewer | None:
    """Whoever goes on working stays signed in."""
    session, at = db.session(), now()
    found = people.viewer_of(session, token, at)
    if found is not None:
        people.keep_alive(session, token, at)
        session.commit()
    return found
