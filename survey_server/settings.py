"""The environment, read once by each process into a frozen value.

A setting that cannot be understood stops the start with a sentence. Nothing connects here.
README lists every setting; a test keeps the two the same.
"""

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


class BadSetting(Exception):
    """A setting of the environment that the process cannot start with."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose. Sizes are bytes, times are seconds."""

    database_url: str
    intake_database_url: str
    worker_database_url: str
    owner_database_url: str
    redis_url: str
    public_url: str
    data_folder: Path
    receipt_key_file: Path
    second_factor_key_file: Path
    second_factor: str
    demonstration: bool
    address_failures: int
    trusted_proxies: int
    audit_key_file: Path
    audit_anchors: Path
    key_command: str
    attachments: str
    attachment_bytes: int
    packed_bytes: int
    unpacked_bytes: int
    batch_submissions: int
    pool_size: int
    uploads_at_once: int
    lease_seconds: int
    log_level: str
    oldest_app: str
    tls: bool
    address_keys: bool
    tls_certificate: Path
    tls_key: Path


NAMES = {
    "SURVEY_DATABASE_URL": "PostgreSQL as the web role; without it the embedded server is used",
    "SURVEY_INTAKE_DATABASE_URL": "PostgreSQL as the role that takes uploads in; default:"
    " SURVEY_DATABASE_URL",
    "SURVEY_WORKER_DATABASE_URL": "PostgreSQL as the worker role; default: SURVEY_DATABASE_URL",
    "SURVEY_OWNER_DATABASE_URL": "PostgreSQL as the owner of the tables, for migrations; "
    "default: SURVEY_DATABASE_URL",
    "SURVEY_REDIS_URL": "Valkey or Redis; without it the embedded server is used",
    "SURVEY_PUBLIC_URL": "where tablets and browsers reach the server, for QR pictures and links, "
    "like https://census.example; default: the address that the request came to",
    "SURVEY_DATA": "folder for keys, releases and the embedded servers; default: var",
    "SURVEY_RECEIPT_KEY_FILE": "Ed25519 key (PEM) that signs receipts; "
    "default: <SURVEY_DATA>/keys/receipt.pem, made at the first start",
    "SURVEY_AUDIT_KEY_FILE": "Ed25519 key (PEM) that signs the anchors of the audit trail; "
    "default: <SURVEY_DATA>/keys/audit.pem, made at the first anchor",
    "SURVEY_AUDIT_ANCHORS": "file that the ends of the audit trail's chains are appended to, on "
    "another disk than the database's; default: <SURVEY_DATA>/audit/anchors.jsonl",
    "SURVEY_KEY_COMMAND": "command that keeps the keys of surveys, called with make, read or"
    " destroy, the survey and the key's id; without it they are files in"
    " <SURVEY_DATA>/keys/surveys",
    "SURVEY_ATTACHMENTS": "folder for photos and other files of interviews, which all web machines"
    " share, or a bucket, like s3://census/files, with credentials and endpoint in AWS_…;"
    " default: <SURVEY_DATA>/attachments",
    "SURVEY_ATTACHMENT_BYTES": "largest file of an interview; default: 5242880",
    "SURVEY_SECOND_FACTOR_KEY_FILE": "32 bytes that seal the secrets of second factors; "
    "default: <SURVEY_DATA>/keys/second_factor.key, made at the first start",
    "SURVEY_SECOND_FACTOR": "required of everybody but field staff (default), or demonstration: "
    "not asked of accounts that have none, and only accepted with SURVEY_DEMONSTRATION=1",
    "SURVEY_DEMONSTRATION": "1 where nobody's real answers are; scripts/run sets it",
    "SURVEY_ADDRESS_FAILURES": "failed sign-ins from one address in 15 minutes, after which it "
    "waits; default: 50",
    "SURVEY_TRUSTED_PROXIES": "how many proxies of ours stand before the server and add to "
    "X-Forwarded-For; default: 0, the header is not believed",
    "SURVEY_PACKED_BYTES": "largest upload as sent; default: 2097152",
    "SURVEY_UNPACKED_BYTES": "largest upload unpacked; default: 16777216",
    "SURVEY_BATCH_SUBMISSIONS": "most submissions in a batch; default: 500",
    "SURVEY_POOL_SIZE": "database connections per process; default: 5",
    "SURVEY_UPLOADS_AT_ONCE": "uploads that a web process works on at once, fewer than its threads;"
    " others wait for their turn, and are asked to come again where that takes long; default: 3",
    "SURVEY_LEASE_SECONDS": "how long a worker may be silent before others take over what it was "
    "doing; default: 30",
    "SURVEY_OLDEST_APP": "name and version of the oldest tablet app that may do more than upload,"
    " as in its User-Agent: survey-tablet/1.4; default: any may",
    "SURVEY_TLS": "yes where a proxy in front speaks TLS to the world: cookies are then for TLS"
    " alone, and browsers are told never to come without it; default: no",
    "SURVEY_ADDRESS_KEYS": "yes where ODK Collect may come by /openrosa/key/<secret>, as it must"
    " without TLS: for a closed network; default: no, in a demonstration yes",
    "SURVEY_TLS_CERTIFICATE": "certificate (PEM) that scripts/run --tls speaks TLS with; "
    "default: <SURVEY_DATA>/keys/tls.crt, self-signed and made at the first start",
    "SURVEY_TLS_KEY": "its key (PEM); default: <SURVEY_DATA>/keys/tls.key",
    "SURVEY_LOG_LEVEL": "debug, info, warning or error; default: info",
}


def from_env(env: Mapping[str, str]) -> Settings:
    """Raises BadSetting with a sentence for the operator."""
    data = Path(env.get("SURVEY_DATA") or "var")
    database = _url(env, "SURVEY_DATABASE_URL", ("postgresql",))
    return Settings(
        database_url=database,
        intake_database_url=_url(env, "SURVEY_INTAKE_DATABASE_URL", ("postgresql",), database),
        worker_database_url=_url(env, "SURVEY_WORKER_DATABASE_URL", ("postgresql",), database),
        owner_database_url=_url(env, "SURVEY_OWNER_DATABASE_URL", ("postgresql",), database),
        redis_url=_url(env, "SURVEY_REDIS_URL", ("redis", "rediss", "unix")),
        public_url=_address(env, "SURVEY_PUBLIC_URL"),
        data_folder=data,
        receipt_key_file=Path(env.get("SURVEY_RECEIPT_KEY_FILE") or data / "keys" / "receipt.pem"),
        audit_key_file=Path(env.get("SURVEY_AUDIT_KEY_FILE") or data / "keys" / "audit.pem"),
        audit_anchors=Path(env.get("SURVEY_AUDIT_ANCHORS") or data / "audit" / "anchors.jsonl"),
        key_command=_command(env, "SURVEY_KEY_COMMAND"),
        attachments=_files(env, "SURVEY_ATTACHMENTS", data / "attachments"),
        attachment_bytes=_number(env, "SURVEY_ATTACHMENT_BYTES", 5 * MIB, 4096, 256 * MIB),
        second_factor_key_file=Path(
            env.get("SURVEY_SECOND_FACTOR_KEY_FILE") or data / "keys" / "second_factor.key"
        ),
        second_factor=_second_factor(env),
        demonstration=_demonstration(env),
        address_failures=_number(env, "SURVEY_ADDRESS_FAILURES", 50, 1, 1_000_000),
        trusted_proxies=_number(env, "SURVEY_TRUSTED_PROXIES", 0, 0, 9),
        packed_bytes=_number(env, "SURVEY_PACKED_BYTES", 2 * MIB, 1024, 64 * MIB),
        unpacked_bytes=_number(env, "SURVEY_UNPACKED_BYTES", 16 * MIB, 1024, 256 * MIB),
        batch_submissions=_number(env, "SURVEY_BATCH_SUBMISSIONS", 500, 1, 5000),
        pool_size=_number(env, "SURVEY_POOL_SIZE", 5, 1, 100),
        uploads_at_once=_number(env, "SURVEY_UPLOADS_AT_ONCE", 3, 1, 1000),
        lease_seconds=_number(env, "SURVEY_LEASE_SECONDS", 30, 1, 3600),
        log_level=_choice(env, "SURVEY_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        oldest_app=_app(env, "SURVEY_OLDEST_APP"),
        tls=_choice(env, "SURVEY_TLS", "no", ("yes", "no")) == "yes",
        address_keys=_address_keys(env),
        tls_certificate=Path(env.get("SURVEY_TLS_CERTIFICATE") or data / "keys" / "tls.crt"),
        tls_key=Path(env.get("SURVEY_TLS_KEY") or data / "keys" / "tls.key"),
    )


def _url(
    env: Mapping[str, str], name: str, schemes: tuple[str, ...], default: str | None = None
) -> str:
    value = env.get(name) or default
    if not value:
        raise BadSetting(f"{name} is not set. Start with scripts/run, or say where it is.")
    scheme = value.split(":", 1)[0].split("+", 1)[0]
    if scheme not in schemes:
        raise BadSetting(f"{name} must start with {schemes[0]}:// .")
    if scheme == "postgresql" and not value.startswith("postgresql+"):
        return value.replace("postgresql://", "postgresql+psycopg://", 1)
    return value


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise BadSetting(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def _address(env: Mapping[str, str], name: str) -> str:
    value = (env.get(name) or "").rstrip("/")
    if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value, re.ASCII):
        raise BadSetting(f"{name} must be an address like https://census.example .")
    return value


def _app(env: Mapping[str, str], name: str) -> str:
    value = env.get(name) or ""
    if value and not re.fullmatch(r"[\w-]+/\d{1,9}(\.\d{1,9}){0,3}", value, re.ASCII):
        raise BadSetting(f"{name} must be a name and a version, like survey-tablet/1.4.")
    return value


def _command(env: Mapping[str, str], name: str) -> str:
    value = env.get(name) or ""
    try:
        words = shlex.split(value)
    except ValueError:
        raise BadSetting(f"{name} has a quotation mark that does not end.") from None
    if words and shutil.which(words[0]) is None:
        raise BadSetting(f"{name} names {words[0]}, which is no command here.")
    return value


def _files(env: Mapping[str, str], name: str, default: Path) -> str:
    value = env.get(name) or str(default)
    if "://" in value and not re.fullmatch(r"s3://[^\s/]+(/[^\s?#]*)?", value, re.ASCII):
        raise BadSetting(f"{name} must be a folder, or a bucket like s3://census/files .")
    return value


def _second_factor(env: Mapping[str, str]) -> str:
    value = _choice(env, "SURVEY_SECOND_FACTOR", "required", ("required", "demonstration"))
    if value == "demonstration" and not _demonstration(env):
        raise BadSetting(
            "SURVEY_SECOND_FACTOR=demonstration is for a demonstration only, which "
            "SURVEY_DEMONSTRATION=1 says. Where real answers are, leave it out."
        )
    return value


def _demonstration(env: Mapping[str, str]) -> bool:
    return _choice(env, "SURVEY_DEMONSTRATION", "0", ("0", "1")) == "1"


def _address_keys(env: Mapping[str, str]) -> bool:
    otherwise = "yes" if _demonstration(env) else "no"
    return _choice(env, "SURVEY_ADDRESS_KEYS", otherwise, ("yes", "no")) == "yes"


def _choice(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = (env.get(name) or default).lower()
    if value not in allowed:
        raise BadSetting(f"{name} must be one of: {', '.join(allowed)}.")
    return value
