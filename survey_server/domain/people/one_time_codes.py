"""The second factor: codes of six digits that a phone makes from a shared secret and the time.

RFC 6238 with the values every authenticator app understands: SHA-1, 30 seconds, six digits. A
clock may be one step away. A step is used once: whoever reads a code over a shoulder comes late.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

SECONDS = 30
DIGITS = 6
STEPS_AWAY = 1
SECRET_BYTES = 20


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS


def code_of(secret: bytes, step: int) -> str:
    """RFC 4226, 5.3: four bytes of the MAC, from where its last half byte points to."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_that_fits(secret: bytes, code: str, now: datetime, last_step: int) -> int | None:
    """The step whose code it is, after the last one used; None where it is none of them."""
    here = step_at(now)
    fits = [
        step
        for step in range(here - STEPS_AWAY, here + STEPS_AWAY + 1)
        if hmac.compare_digest(code_of(secret, step), code) and step > last_step
    ]
    return fits[0] if fits else None


def as_typed(code: str) -> str:
    """Without the space that apps show in the middle; blank where it cannot be such a code."""
    digits = "".join(code.split())
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else ""


def secret_to_type(secret: bytes) -> str:
    return base64.b32encode(secret).decode().rstrip("=")


def address_of(secret: bytes, account: str, issuer: str) -> str:
    """What a QR code holds for an authenticator app."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={secret_to_type(secret)}&issuer={quote(issuer, safe='')}"
