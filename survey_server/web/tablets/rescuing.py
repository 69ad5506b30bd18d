"""What a tablet holds that cannot sync is brought in by hand; each interview once."""

import csv
import io
import tempfile
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Redirection

from survey_server import callers, problems
from survey_server.domain.csv_cells import csv_cell
from survey_server.domain.intake.bounds import Bounds
from survey_server.domain.rescue import Allowed, entries_in, sorted_out
from survey_server.problems import Problem
from survey_server.services import devices as services, rescue
from survey_server.services.rescue import Bringer, Enrolled
from survey_server.store.base import db, look_as_intake
from survey_server.store.devices import DeviceRow
from survey_server.store.rescue import enrolled
from survey_server.web import csrf, people, places, posted
from survey_server.web.bounds import RESCUED_BYTES
from survey_server.web.words import RESCUE_WORDS

LONGEST_REASON = 300
SHOWN = 200
ALLOWED = Allowed(packed=RESCUED_BYTES)
ENDINGS = (".json.gz", ".json", ".gz", ".xml", ".zip", ".sqlite", ".db")
REFUSED = (
    problems.RescueUnreadable,
    problems.RescueTooLarge,
    problems.RescueOfAnotherTablet,
    problems.KeyUnavailable,
    problems.SurveyRetired,
    problems.StorageFull,
)


def add_to(pages: Blueprint) -> None:
    one = "/surveys/<survey>/devices/<int:device>/rescue"
    pages.add_url_rule(one, view_func=rescue_page)
    pages.add_url_rule(one, view_func=import_rescue, methods=["POST"])
    pages.add_url_rule(f"{one}/<int:number>", view_func=rescued_page)
    pages.add_url_rule(f"{one}/<int:number>.csv", view_func=rescued_list)


def rescue_page(survey: str, device: int) -> str:
    return _form(survey, _device(survey, device))


def import_rescue(survey: str, device: int) -> Redirection | tuple[str, int]:
    csrf.check()
    row = _device(survey, device)
    reason, sent = posted.words("reason", LONGEST_REASON), request.files.get("file")
    if not reason or sent is None:
        raise problems.ValidationFailed(errors=[{"pointer": "/reason", "code": "required"}])
    try:
        found, number = _brought_in(survey, row, reason, sent)
    except REFUSED as refused:
        look_as_intake(False)
        return _form(survey, row, refused), refused.status
    current_app.extensions["queue"].ring()
    address = url_for("web.rescued_page", survey=survey, device=found, number=number)
    return redirect(address, 303)


def _brought_in(survey: str, row: DeviceRow, reason: str, sent: FileStorage) -> tuple[int, int]:
    """The enrolment in whose name it came in, and the number of the import."""
    person, now = people.viewer().person_id, callers.now()
    settings = current_app.extensions["settings"]
    bounds = Bounds(settings.packed_bytes, settings.unpacked_bytes, settings.batch_submissions)
    with tempfile.TemporaryDirectory(prefix="survey-rescue-") as folder:
        path = Path(folder) / f"file{_ending(sent.filename or '')}"
        sent.save(path)
        with entries_in(path, ALLOWED) as entries, sorted_out(entries, ALLOWED) as rescued:
            chosen = enrolled(db.session(), survey, row.id)
            if chosen is None or person is None:
                raise problems.NotFound()
            device = rescue.sender_of(db.session(), survey, chosen, rescued)
            _require_within(survey, device)
            bringer = Bringer(person, survey, device, reason)
            restored = rescue.restore(db.session(), bringer, rescued, bounds, now)
            db.session.commit()
            # What tablets' uploads may write, pages may not.
            look_as_intake(True)
            number = rescue.bring_in(db.session(), bringer, rescued, bounds, now, restored)
            db.session.commit()
            look_as_intake(False)
    return device.id, number


def rescued_page(survey: str, device: int, number: int) -> str:
    row = _device(survey, device)
    done = rescue.brought(db.session(), survey, row.id, posted.known_id(number))
    return render_template(
        "rescued.html",
        here=places.here(survey),
        device=row,
        done=done,
        counts=rescue.counts_of(done.lines),
        shown=done.lines[:SHOWN],
        words=RESCUE_WORDS,
    )


def rescued_list(survey: str, device: int, number: int) -> Response:
    row = _device(survey, device)
    done = rescue.brought(db.session(), survey, row.id, posted.known_id(number))
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(("found_at", "instance_id", "outcome", "code"))
    for line in done.lines:
        write(csv_cell(one) for one in (line.name, line.instance_id, line.outcome, line.code))
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="rescue-{done.id}.csv"'
    return response


def _form(survey: str, row: DeviceRow, refused: Problem | None = None) -> str:
    sentences = posted.sentences(refused) if refused else []
    here = places.here(survey)
    typed = request.form if refused else {}
    return render_template(
        "device_rescue.html", here=here, device=row, refused=sentences, typed=typed
    )


def _device(survey: str, device: int) -> DeviceRow:
    return services.device_of(
        db.session(), survey, posted.known_id(device), people.areas_in(survey), callers.now()
    )


def _require_within(survey: str, device: Enrolled) -> None:
    """Raises RescueOfAnotherTablet for an enrolment that lies in nobody's sight."""
    try:
        _device(survey, device.id)
    except problems.NotFound:
        raise problems.RescueOfAnotherTablet() from None


def _ending(name: str) -> str:
    return next((one for one in ENDINGS if name.lower().endswith(one)), "")
