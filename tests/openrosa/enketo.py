"""Enketo Express, simulated: a server that stands between a browser and the survey's.

It asks for forms itself, and pipes on what the browser uploads as it came, with the browser's own
headers. It learns how to show a password by a HEAD request, waits for the challenge, and never
tells a `deviceID`. What its pages add for themselves (`__csrf`) goes along.
"""

import base64
import hashlib
import http.client
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from lxml import etree

LISTED = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
    " Safari/537.36"
)
ENKETO = "https://enketo.example"
# Its own, which it sends to whomever it asks.
COOKIE = "__enketo_=s%3AeyJ0eXAi.eyJ1c2VyIjoi.x; __csrf=QJ3uO3Yv-a1gqCqSaFOcGzmm"


@dataclass(frozen=True)
class Said:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Enketo:
    """`url` is what its settings call "server url"; `user` is whoever sits at the browser."""

    url: str
    user: str
    password: str = field(repr=False)
    trusting: str | None = None
    unheard: int = 0

    def survey(self, form_id: str) -> dict[str, str]:
        """Of the list, the one form. The list was tried by HEAD before."""
        assert self._asked("HEAD", "/formList").status == 200
        answer = self._asked("GET", f"/formList?formID={quote(form_id)}")
        assert answer.headers["Content-Type"].startswith("text/xml")
        (form,) = etree.fromstring(answer.body)
        return {etree.QName(part).localname: part.text or "" for part in form}

    def form(self, told: Mapping[str, str]) -> bytes:
        xml = self._fetched(told["downloadUrl"])
        assert told["hash"] == f"md5:{hashlib.md5(xml, usedforsecurity=False).hexdigest()}"
        return xml

    def media(self, told: Mapping[str, str]) -> dict[str, bytes]:
        files = etree.fromstring(self._fetched(told["manifestUrl"]))
        assert files.tag == f"{MANIFEST}manifest"
        return {
            one.findtext(f"{MANIFEST}filename", ""): self._fetched(
                one.findtext(f"{MANIFEST}downloadUrl", "")
            )
            for one in files
        }

    def most_bytes(self) -> int:
        told = self._asked("HEAD", "/submission").headers["X-OpenRosa-Accept-Content-Length"]
        return int(told)

    def submit(self, xml: bytes, files: Mapping[str, bytes] | None = None) -> Said:
        """As its pages spell a form, in the order in which they append to it."""
        boundary = "----WebKitFormBoundary" + uuid.uuid4().hex[:16]
        parts = [
            _part(boundary, "xml_submission_file", xml, "text/xml", "xml_submission_file"),
            _part(boundary, "__csrf", b"QJ3uO3Yv-a1gqCqSaFOcGzmm"),
        ]
        for name, content in (files or {}).items():
            parts.append(_part(boundary, name, content, "image/jpeg", name))
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        headers = {
            **_dated(),
            **_of_browser(etree.fromstring(xml)),
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }
        if self._once("HEAD", "/submission", None, _dated()).status == 401:
            headers["Authorization"] = self._told()
        return self._once("POST", "/submission", body, headers)

    def batches(self, xml: bytes, files: Mapping[str, bytes], most: int) -> list[Said]:
        """What is more than `most` bytes of files in several, of which none says that more comes;
        a file that is larger goes alone."""
        left, answers = dict(files), []
        while left or not answers:
            batch: dict[str, bytes] = {}
            for name, content in left.items():
                if not batch or sum(map(len, batch.values())) + len(content) < most:
                    batch[name] = content
            left = {name: content for name, content in left.items() if name not in batch}
            answers.append(self.submit(xml, batch))
        return answers

    def _fetched(self, url: str) -> bytes:
        assert url.startswith(self.url)
        answer = self._asked("GET", url.removeprefix(self.url))
        assert answer.status == 200, answer
        return answer.body

    def _asked(self, method: str, path: str) -> Said:
        """`sendImmediately` is off: nothing is shown before it is asked for."""
        headers = {**_dated(), "User-Agent": f"Enketo/7.6.4 {BROWSER}", "Cookie": COOKIE}
        first = self._once(method, path, None, headers)
        if first.status != 401:
            return first
        assert first.headers["WWW-Authenticate"].startswith("Basic ")
        return self._once(method, path, None, {**headers, "Authorization": self._told()})

    def _told(self) -> str:
        told = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return f"Basic {told}"

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Said:
        parts = urlsplit(self.url)
        trusting = ssl.create_default_context(cafile=self.trusting)
        wire = http.client.HTTPSConnection(parts.netloc, timeout=30, context=trusting)
        try:
            wire.request(method, parts.path + path, body, dict(headers))
            if body is not None and self.unheard:
                self.unheard -= 1
                raise TimeoutError
            answer = wire.getresponse()
            return Said(answer.status, answer.headers, answer.read())
        finally:
            wire.close()


def _dated() -> dict[str, str]:
    return {
        "X-OpenRosa-Version": "1.0",
        "Date": format_datetime(datetime.now(UTC), usegmt=True),
    }


def _of_browser(record: etree._Element) -> dict[str, str]:
    """What the browser told Enketo with an upload goes on to the survey's server with it."""
    return {
        "User-Agent": f"Enketo/7.6.4 {BROWSER}",
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Accept-Language": "vi-VN,vi;q=0.9,en-US;q=0.6,en;q=0.5",
        "Cache-Control": "max-age=0",
        "Cookie": COOKIE,
        "Origin": ENKETO,
        "Referer": f"{ENKETO}/x/Lq2zVw9d",
        "Sec-Fetch-Dest": "empty",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-OpenRosa-Instance-Id": record.findtext("meta/instanceID", ""),
        "X-OpenRosa-Deprecated-Id": record.findtext("meta/deprecatedID", ""),
    }


def _part(
    boundary: str, name: str, content: bytes, kind: str | None = None, filename: str | None = None
) -> bytes:
    """As browsers do (WHATWG), UTF-8 as it is but for quotation marks."""
    name = name.replace('"', "%22")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
    if filename is not None:
        filename = filename.replace('"', "%22")
        head += f'; filename="{filename}"\r\nContent-Type: {kind}'
    return f"{head}\r\n\r\n".encode() + content + b"\r\n"
