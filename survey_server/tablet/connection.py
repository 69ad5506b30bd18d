"""Talking HTTP to one server as one device: answers, or NoAnswer, and nothing in between.

Redirects are not followed and nothing is retried here: whether to repeat is the sync loop's
decision. The secret goes to the server's own address only, and never into a URL. A connection is
made within seconds or not at all; once it stands, nothing bounds how long an exchange takes as long
as it goes on: bodies go out piece by piece, and `timeout` is for each piece and for the answer.
"""

from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import urljoin

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from survey_server.tablet.protocol import Answer

if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object

MOST_ANSWER_BYTES = 32 * 1024 * 1024
CONNECT_SECONDS = 15.0
PIECE_BYTES = 8192


class NoAnswer(Exception):
    """The exchange broke; whether the server did what was asked is not known."""


class Unreachable(NoAnswer):
    """No connection was made: nothing was asked, and nothing is known of the line."""


class TooSlow(NoAnswer):
    """The connection stood, and there was silence for as long as is waited."""


class Connection(Protocol):
    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer: ...

    def post_packed(self, path: str, packed: bytes) -> Answer: ...


@runtime_checkable
class Waits(Protocol):
    """A connection that waits for as long as it is told, in seconds; simulated ones need not."""

    timeout: float


class _Connecting(_Base):
    """`timeout` is for what comes after: urllib3 has one for connecting and sending."""

    def connect(self) -> None:
        patience, self.timeout = self.timeout, CONNECT_SECONDS
        try:
            super().connect()
        finally:
            self.timeout = patience
        self.sock.settimeout(patience)


class _Plain(_Connecting, HTTPConnection):
    pass


class _Encrypted(_Connecting, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Encrypted


def _pool() -> urllib3.PoolManager:
    pool = urllib3.PoolManager(maxsize=1, retries=False)
    pool.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
    return pool


class HttpConnection:
    def __init__(
        self,
        url: str,
        secret: str | None,
        *,
        timeout: float = 60.0,
        language: str = "vi",
    ) -> None:
        """Without a secret as long as the tablet is not enrolled."""
        self.timeout = timeout
        self._url = url.rstrip("/")
        self._pool = _pool()
        self._headers = {
            "Accept": "application/json, application/problem+json",
            "Accept-Encoding": "gzip",
            "Accept-Language": language,
            "User-Agent": "survey-tablet/1",
        }
        if secret is not None:
            self._headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._exchange("GET", path, None, headers or {})

    def post(self, path: str, body: bytes) -> Answer:
        return self._exchange("POST", path, body, {"Content-Type": "application/json"})

    def post_packed(self, path: str, packed: bytes) -> Answer:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return self._exchange("POST", path, packed, headers)

    def put(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self._exchange("PUT", path, body, headers)

    def close(self) -> None:
        self._pool.clear()

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        url = urljoin(self._url + "/", path)
        if not url.startswith(self._url + "/"):
            raise NoAnswer("an address outside the server")
        length = {} if body is None else {"Content-Length": str(len(body))}
        try:
            response = self._pool.request(
                method,
                url,
                body=None if body is None else _in_pieces(body),
                headers=self._headers | headers | length,
                timeout=urllib3.Timeout(connect=self.timeout, read=self.timeout),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            return _read(response)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # The error's own text may hold addresses and answers; its kind is enough.
            raise _kind_of(error)(type(error).__name__) from None


def _in_pieces(body: bytes) -> list[bytes]:
    return [body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES)]


def _kind_of(error: Exception) -> type[NoAnswer]:
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return Unreachable
    return TooSlow if _was_silence(error) else NoAnswer


def _was_silence(error: Exception) -> bool:
    """While it was sent, or while the answer was waited for; not while a connection was made."""
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return any(isinstance(one, TimeoutError) for one in error.args)
    return isinstance(error, urllib3.exceptions.ReadTimeoutError)


def _read(response: urllib3.BaseHTTPResponse) -> Answer:
    try:
        body = response.read(MOST_ANSWER_BYTES, decode_content=True)
        # Reading on to the end is what notices an answer that was cut short.
        if response.read(1, decode_content=True):
            raise NoAnswer("an endless answer")
    except BaseException:
        response.close()
        raise
    finally:
        response.release_conn()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status, headers=headers, body=body)
