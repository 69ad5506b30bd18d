"""Talking HTTP to one server as one device: answers, or NoAnswer, and nothing in between.

Redirects are not followed and nothing is retried here: whether to repeat is the sync loop's
decision. The secret goes to the server's own address only, and never into a URL.
"""

from typing import Protocol
from urllib.parse import urljoin

import urllib3

from survey_server.tablet.protocol import Answer

MOST_ANSWER_BYTES = 32 * 1024 * 1024


class NoAnswer(Exception):
    """The exchange broke; whether the server did what was asked is not known."""


class Connection(Protocol):
    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer: ...

    def post_packed(self, path: str, packed: bytes) -> Answer: ...


class HttpConnection:
    def __init__(
        self,
        url: str,
        secret: str | None,
        *,
        timeout: float = 60.0,
        language: str = "vi",
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        """Without a secret as long as the tablet is not enrolled."""
        self._url = url.rstrip("/")
        self._pool = pool or urllib3.PoolManager(
            maxsize=1, timeout=urllib3.Timeout(connect=15.0, read=timeout), retries=False
        )
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
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers=self._headers | headers,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            return _read(response)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # The error's own text may hold addresses and answers; its kind is enough.
            raise NoAnswer(type(error).__name__) from None


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
