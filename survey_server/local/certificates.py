"""A certificate for a machine that nobody vouches for: enough to encrypt, and to try TLS out.

Whoever connects must be told to trust this very file. Where tablets of others connect, bring a
certificate that they trust already.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 825


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files: the certificate, with those of whoever vouches for it, and its key."""

    chain: Path
    key: Path


def self_signed(folder: Path, hosts: Sequence[str]) -> Certificate:
    """That of `folder`, made where there is none yet. `hosts` are names or addresses."""
    found = Certificate(folder / "tls.crt", folder / "tls.key")
    if not (found.chain.exists() and found.key.exists()):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(found, hosts)
    return found


def _make(wanted: Certificate, hosts: Sequence[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_name_of(one) for one in hosts]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with open(os.open(wanted.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(secret)
    wanted.chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
