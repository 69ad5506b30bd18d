"""What every request must be before a view sees it: unambiguous, storable, JSON in and out.

It is the same for everybody: nothing here knows who is calling.
"""

from flask import Flask, current_app, request

from survey_server import problems
from survey_server.api.errors import API_PREFIX
from survey_server.domain.attachments import ENDINGS
from survey_server.domain.intake.bounds import Bounds, check_encoding, parsed

# Everything but a batch is a small document; a batch has bounds of its own.
SMALL = Bounds(submission_bytes=64 * 1024)
BATCHES = "intake.receive"
HAVE = "sync.have"
# What an app that is too old may do, too.
UPLOADS = (BATCHES, "attachments.state", "attachments.put")
FORM_UPLOADS = "forms.put_up"
# A form with the files that it reads: twenty times the largest census form of today.
FORM_BYTES = 32 * 1024 * 1024
NO_BODY = ("forms.close", "forms.reopen", "people.disable", "people.enable")
ANSWERS = {
    "forms.one_version": ("application/json", "application/xml"),
    "forms.one_file": ("text/csv",),
    "forms.schema": ("application/schema+json", "application/json"),
    "releases.file": ("application/zip",),
    "attachments.one_file": tuple(ENDINGS),
}
JSON = ("application/json",)


def register(app: Flask) -> None:
    app.before_request(_admit)


def _admit() -> None:
    # What leads nowhere is answered as not found, however it was asked.
    if request.endpoint is None or not request.path.startswith(API_PREFIX):
        return
    _check_app()
    _check_address()
    _check_answer_wanted()
    if request.method == "POST":
        _check_body()


def _check_app() -> None:
    """An app that is too old may still bring its interviews, and nothing else."""
    oldest: str = current_app.extensions["settings"].oldest_app
    if not oldest or request.endpoint in UPLOADS:
        return
    name, _, version = oldest.partition("/")
    calling, _, called = request.headers.get("User-Agent", "").partition(" ")[0].partition("/")
    if calling == name and _numbers(called) < _numbers(version):
        raise problems.UpgradeRequired(oldest=oldest)


def _numbers(version: str) -> tuple[int, ...]:
    """1.10 is newer than 1.9 and as old as 1.10.0; what is no version is older than any."""
    parts = version.split(".")[:4]
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return ()
    return tuple(int(part) for part in [*parts, *"0000"][:4])


def _check_address() -> None:
    """Two readers of a repeated parameter would pick different ones; U+0000 cannot be looked up."""
    if "\x00" in request.path:
        raise problems.NotFound()
    given = dict(request.args.lists())
    if repeated := [name for name, values in given.items() if len(values) > 1]:
        raise problems.ParamRepeated(errors=_faults(repeated, "param_repeated"))
    if broken := [name for name, values in given.items() if "\x00" in name + values[0]]:
        raise problems.ParamInvalid(errors=_faults(broken, "nul_not_allowed"))


def _faults(names: list[str], code: str) -> list[dict[str, str]]:
    """Names are the client's own words, so only those that look like ours are said back."""
    return [{"pointer": f"/{name}" if name.isidentifier() else "", "code": code} for name in names]


def _check_answer_wanted() -> None:
    offered = ANSWERS.get(request.endpoint or "", JSON)
    wanted = request.accept_mimetypes
    if request.headers.get("Accept") and not wanted.best_match(offered):
        raise problems.NotAcceptable()


def _check_body() -> None:
    if request.endpoint in NO_BODY:
        return
    if request.endpoint == FORM_UPLOADS:
        _check_form_upload()
        return
    if request.mimetype != "application/json":
        raise problems.UnsupportedMediaType()
    if request.endpoint in (BATCHES, HAVE):
        return
    request.max_content_length = SMALL.submission_bytes
    body = request.get_data()
    check_encoding(body)
    parsed(body, SMALL)


def _check_form_upload() -> None:
    """Read by the view, once it knows who is calling."""
    if request.mimetype != "multipart/form-data":
        raise problems.MultipartRequired()
    if request.headers.get("Content-Encoding"):
        raise problems.EncodingUnsupported(headers={"Accept-Encoding": "identity"})
    request.max_content_length = FORM_BYTES
    if (request.content_length or 0) > FORM_BYTES:
        raise problems.FormTooLarge(limit=FORM_BYTES)
