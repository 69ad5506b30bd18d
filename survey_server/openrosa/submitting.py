"""`submission`: what interviews come in by, one at a time, with their files.

Collect asks first how much it may send at once (HEAD), and takes nothing but 201 for "sent". Who
calls, how much there is to read, and whether there is room for it, is decided before the body is
read.
"""

from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, current_app, request

from survey_server import doorkeeping, problems
from survey_server.callers import current, now, prefers_english
from survey_server.domain.intake.outcomes import Outcome
from survey_server.domain.openrosa import Allowed, Instance, SentForm, read_instance, read_upload
from survey_server.openrosa.addresses import base
from survey_server.openrosa.blueprint import LARGEST_SUBMISSION, blueprint
from survey_server.openrosa.documents import XML, message
from survey_server.services.openrosa import swiftly
from survey_server.services.openrosa.submitting import submit
from survey_server.store.base import db
from survey_server.store.devices import OnCall
from survey_server.store.intake import Sender

ALLOWED = Allowed(body=LARGEST_SUBMISSION)
SILENCE_SECONDS = 30.0
THANKS = {
    "vi": message("Máy chủ đã nhận phiếu."),
    "en": message("The server has the submission."),
}
# More than this takes a while on the way: the database is not kept waiting for it.
AT_ONCE_BYTES = 256 * 1024


@blueprint.route("/submission", methods=["HEAD"], provide_automatic_options=False)
def offer_submission() -> Response:
    """Collect goes on where it is told to, from http to https for one, but sends nothing at all
    where that is another host."""
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    place = f"{base()}/submission"
    host = urlsplit(place).hostname
    if host and host == urlsplit(request.host_url).hostname:
        answer.headers["Location"] = place
    return answer


@blueprint.post("/submission")
def submission() -> Response:
    device = current().device
    if device is None:
        raise problems.Unauthenticated()
    with doorkeeping.admitted(device.device, _announced()):
        form = _received()
        with doorkeeping.at_work(device.device):
            return _kept(device, form)


def _kept(device: OnCall, form: SentForm) -> Response:
    instance = read_instance(form.xml, ALLOWED.xml)
    sender = Sender(device.device, device.person, device.survey)
    at = now()
    outcome = swiftly.submit(sender, device.epoch, form, instance, at)
    if outcome is None:
        outcome = _submit(sender, form, instance, at)
    elif outcome is Outcome.STORED:
        current_app.extensions["queue"].ring()
    if outcome is Outcome.CONFLICT:
        raise problems.ContentDiffers()
    return _thanks()


def _submit(sender: Sender, form: SentForm, instance: Instance, at: datetime) -> Outcome:
    session = db.session()
    submitted = submit(session, sender, form, instance, at)
    session.commit()
    if submitted.new:
        current_app.extensions["queue"].ring()
    if submitted.refused is not None:
        raise submitted.refused
    return submitted.outcome


def _announced() -> int:
    """Bytes; 0 where the body comes in chunks. Raises SubmissionPacked, LengthRequired or
    SubmissionTooLarge."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise problems.SubmissionPacked()
    length = request.content_length
    if length is None and "Transfer-Encoding" not in request.headers:
        raise problems.LengthRequired()
    if (length or 0) > LARGEST_SUBMISSION:
        raise problems.SubmissionTooLarge(limit=LARGEST_SUBMISSION)
    if length is None or length > AT_ONCE_BYTES:
        db.session.rollback()
    return length or 0


def _received() -> SentForm:
    wait_no_longer_than(SILENCE_SECONDS)
    # The application's own bound is another. This one is kept while it is read, also in chunks.
    request.max_content_length = LARGEST_SUBMISSION + 1
    return read_upload(request.stream.read, request.headers.get("Content-Type", ""), ALLOWED)


def wait_no_longer_than(seconds: float) -> None:
    """A tablet that drives out of reach in the middle would hold a thread for hours."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(seconds)


def _thanks() -> Response:
    language = "en" if prefers_english() else "vi"
    answer = Response(THANKS[language], 201, content_type=XML)
    answer.headers["Content-Language"] = language
    return answer
