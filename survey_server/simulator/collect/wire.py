"""Requests as Collect makes them.

A password is shown only to whoever has asked for one: by digest anywhere, by Basic over https and
nowhere else. From then on it is shown to that machine at once. Redirects are followed, and no
password goes along to another machine. What was had before is asked for by its ETag.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TypeAlias
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit
from urllib.request import parse_http_list, parse_keqv_list

import urllib3

from survey_server.simulator.collect.listed import sentence_of
from survey_server.simulator.collect.problems import Failed
from survey_server.simulator.collect.project import Project

Body: TypeAlias = bytes | list[bytes] | None

AGENT = "org.odk.collect.android/v2026.3.0 Dalvik/2.1.0 (Linux; U; Android 13; SM-T225)"
CONNECT_SECONDS, READ_SECONDS = 30.0, 60.0
MOST_REDIRECTS = 20
_MOVED = (301, 302, 303, 307, 308)
_KEEP_METHOD = (307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(slots=True)
class _Copy:
    etag: str
    answer: Answer


@dataclass(slots=True)
class Wire:
    """`trusting` is a file of certificates; `chunked` sends bodies without telling their length."""

    project: Project
    device: str
    trusting: str | None = None
    chunked: bool = False
    _pool: urllib3.PoolManager = field(init=False, repr=False)
    _challenges: dict[str, str] = field(init=False, default_factory=dict)
    _copies: dict[str, _Copy] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pool = urllib3.PoolManager(
            ca_certs=self.trusting, timeout=timeout, retries=False, cert_reqs="CERT_REQUIRED"
        )

    def get(self, url: str) -> Answer:
        """Raises Failed for whatever is not 200."""
        known = self._copies.get(url)
        headers = {"If-None-Match": known.etag} if known else {}
        answer = self.ask("GET", url, headers)
        if answer.status == 304 and known is not None:
            return known.answer
        if answer.status != 200:
            raise Failed(f"{answer.status} from {urlsplit(url).path}: {sentence_of(answer.body)}")
        if etag := answer.headers.get("ETag"):
            self._copies[url] = _Copy(etag, answer)
        return answer

    def document(self, url: str) -> bytes:
        """Of OpenRosa: text/xml to the letter, or somebody's login page is in between."""
        answer = self.get(url)
        kind = answer.headers.get("Content-Type", "").lower()
        if "text/xml" not in kind:
            raise Failed(f"{kind} returned, not text/xml: do you need to log in to your network?")
        if answer.headers.get("X-OpenRosa-Version") != "1.0":
            raise Failed("this is no OpenRosa server")
        return answer.body

    def ask(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: Body = None
    ) -> Answer:
        """The last answer, after passwords and redirects. Raises Failed where none came."""
        url = with_device(url, self.device)
        for _ in range(MOST_REDIRECTS):
            answer = self._authenticated(method, url, headers or {}, body)
            if answer.status not in _MOVED or "Location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["Location"])
            if answer.status not in _KEEP_METHOD and method != "HEAD":
                method, body = "GET", None
        raise Failed("too many redirects")

    def _authenticated(
        self, method: str, url: str, headers: Mapping[str, str], body: Body
    ) -> Answer:
        place = _machine(url)
        shown = self._shown(method, url, self._challenges.get(place, ""))
        answer = self._once(method, url, headers, body, shown)
        if answer.status != 401:
            return answer
        challenge = answer.headers.get("WWW-Authenticate", "")
        again = self._shown(method, url, challenge)
        # A password that was refused is not shown again; only a digest may have grown old.
        if again is None or (shown is not None and not _is_digest(challenge)):
            self._challenges.pop(place, None)
            return answer
        answer = self._once(method, url, headers, body, again)
        if answer.status != 401:
            self._challenges[place] = challenge
        return answer

    def _shown(self, method: str, url: str, challenge: str) -> str | None:
        """What stands in Authorization; None where nothing may."""
        if _is_digest(challenge):
            return digest(self.project, method, url, challenge)
        if challenge.lower().startswith("basic") and urlsplit(url).scheme == "https":
            told = f"{self.project.username}:{self.project.password}".encode()
            return "Basic " + base64.b64encode(told).decode()
        return None

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, shown: str | None
    ) -> Answer:
        sent = {
            "X-OpenRosa-Version": "1.0",
            "User-Agent": AGENT,
            "Date": format_datetime(datetime.now(UTC), usegmt=True),
            "Accept-Encoding": "gzip",
            "Accept-Language": self.project.language,
            **headers,
        }
        if shown is not None:
            sent["Authorization"] = shown
        joined = b"".join(body) if isinstance(body, list) and not self.chunked else body
        try:
            said = self._pool.request(
                method, url, headers=sent, body=joined, redirect=False, chunked=self.chunked
            )
        except urllib3.exceptions.HTTPError as fault:
            raise Failed(f"no answer: {type(fault).__name__}") from None
        return Answer(said.status, said.headers, said.data, url)


def with_device(url: str, device: str) -> str:
    parts = urlsplit(url)
    if "deviceID=" in parts.query:
        return url
    told = urlencode({"deviceID": device})
    query = f"{parts.query}&{told}" if parts.query else told
    return urlunsplit(parts._replace(query=query))


def digest(project: Project, method: str, url: str, challenge: str) -> str:
    """RFC 7616 with MD5 and qop=auth."""
    told = parse_keqv_list(parse_http_list(challenge.partition(" ")[2]))
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    once, count = secrets.token_hex(8), "00000001"
    who = _md5(f"{project.username}:{told['realm']}:{project.password}")
    what = _md5(f"{method}:{path}")
    response = _md5(f"{who}:{told['nonce']}:{count}:{once}:auth:{what}")
    return (
        f'Digest username="{project.username}", realm="{told["realm"]}", nonce="{told["nonce"]}",'
        f' uri="{path}", qop=auth, nc={count}, cnonce="{once}", response="{response}"'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _is_digest(challenge: str) -> bool:
    return challenge.lower().startswith("digest")


def _machine(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
