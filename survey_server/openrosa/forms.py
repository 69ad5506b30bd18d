"""What there is to ask, and each form with its files.

    GET formList                                      ?formID= leaves one; ?verbose changes nothing
    GET forms/<form_id>/versions/<version>/form.xml   the bytes that formList has the MD5 of
    GET forms/<form_id>/versions/<version>/manifest
    GET forms/<form_id>/versions/<version>/media/<name>

All are below the address of the door.
"""

from dataclasses import dataclass, field
from threading import Lock

from flask import Response, request

from survey_server import callers, problems
from survey_server.downloads import as_file
from survey_server.openrosa import documents, households
from survey_server.openrosa.addresses import base
from survey_server.openrosa.answering import Kept, kept
from survey_server.openrosa.blueprint import blueprint
from survey_server.openrosa.documents import File
from survey_server.policy import PUBLISHERS
from survey_server.segments import segment
from survey_server.store import forms, frame, people
from survey_server.store.base import db
from survey_server.store.devices import OnCall
from survey_server.store.forms import Offer, Offered

MOST_SURVEYS = 200
MOST_SPELLED = 16


@dataclass(frozen=True, slots=True)
class Listing:
    """What a survey offered at its `changed`-th change, and how that was spelled out already."""

    changed: int
    offers: list[Offer]
    spelled: dict[tuple[str, bool], Kept] = field(default_factory=dict)

    @property
    def has_drafts(self) -> bool:
        return any(one.draft for one in self.offers)

    def told(self, address: str, drafts: bool) -> Kept:
        known = self.spelled.get((address, drafts))
        if known is None:
            offers = [one for one in self.offers if drafts or not one.draft]
            known = Kept(documents.form_list(offers, address))
            # Addresses with keys in them are as many as tablets.
            if len(self.spelled) < MOST_SPELLED:
                self.spelled[(address, drafts)] = known
        return known


class Listings:
    """Those of all surveys, read anew only when forms have changed: tablets ask all the time."""

    def __init__(self) -> None:
        self._known: dict[int, Listing] = {}
        self._lock = Lock()

    def of(self, device: OnCall) -> Listing:
        known = self._known.get(device.survey)
        if known is not None and known.changed == device.forms_changed:
            return known
        found = Listing(device.forms_changed, forms.offers(db.session(), device.survey))
        with self._lock:
            while len(self._known) >= MOST_SURVEYS:
                del self._known[next(iter(self._known))]
            self._known[device.survey] = found
        return found


_listings = Listings()


@blueprint.get("/formList")
def form_list() -> Response:
    device = callers.tablet()
    listing = _listings.of(device)
    if wanted := request.args.get("formID"):
        only = [one for one in listing.offers if one.form_id == wanted]
        listing = Listing(listing.changed, only)
    drafts = listing.has_drafts and _may_try_drafts(device)
    return kept(listing.told(base(), drafts), documents.XML)


def _may_try_drafts(device: OnCall) -> bool:
    """Those of its person."""
    session = db.session()
    survey = frame.code_of_survey(session, device.survey)
    scopes = people.scopes_of(session, device.person, callers.now())
    return any(one.survey_code == survey and one.role in PUBLISHERS for one in scopes)


@blueprint.get("/forms/<name:form_id>/versions/<name:version>/form.xml")
def form(form_id: str, version: str) -> Response:
    found = _version(form_id, version)
    content = forms.xform_of(db.session(), found.id)
    return as_file(kept(Kept(content), documents.XML), f"{form_id}-{version}.xml")


def _version(form_id: str, version: str) -> Offered:
    """Raises NotFound for what is not there or not the caller's."""
    session, device = db.session(), callers.tablet()
    found = forms.offered(session, device.survey, form_id, version)
    if found is None or (found.draft and not _may_try_drafts(device)):
        raise problems.NotFound()
    return found


@blueprint.get("/forms/<name:form_id>/versions/<name:version>/manifest")
def manifest(form_id: str, version: str) -> Response:
    found = _version(form_id, version)
    place = base() + documents.version_path(form_id, version)
    files = [
        File(name, md5, f"{place}/media/{segment(name)}")
        for name, md5 in forms.sums_of_media(db.session(), found.id)
    ]
    if found.households:
        files.append(households.file_of(callers.tablet()))
    return kept(Kept(documents.manifest(files)), documents.XML)


@blueprint.get("/forms/<name:form_id>/versions/<name:version>/media/<name:name>")
def media(form_id: str, version: str, name: str) -> Response:
    found = _version(form_id, version)
    content = forms.media_content(db.session(), found.id, name)
    if content is None:
        raise problems.NotFound()
    return as_file(kept(Kept(content), documents.kind_of(name)), name)
