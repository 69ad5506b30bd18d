"""How much a form of a page may send: little, so that nobody keeps the server busy with reading."""

from flask import Blueprint, current_app, request

from survey_server import problems

FORM_BYTES = 4096
# Files, answers as they should be, and lists of people that are ticked one by one.
LARGER = {
    "web.print_sheet": 32 * 1024,
    "web.fix_one": 512 * 1024,
    # Some sentences, each letter of which may take nine characters on its way.
    "web.return_interview": 8 * 1024,
    "web.send_message": 8 * 1024,
    "web.send_to_person": 8 * 1024,
}
FILES = frozenset(("web.import_people",))
RESCUED_BYTES = 64 * 1024 * 1024


def add_to(pages: Blueprint) -> None:
    pages.before_app_request(_admit)


def _admit() -> None:
    """Raises PageFormTooLarge. What does not say its length is stopped while it is read."""
    endpoint = request.endpoint or ""
    if request.method != "POST" or not endpoint.startswith("web."):
        return
    most = LARGER.get(endpoint, FORM_BYTES)
    if endpoint in FILES:
        most = current_app.extensions["settings"].packed_bytes
    if endpoint == "web.import_rescue":
        most = RESCUED_BYTES
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise problems.PageFormTooLarge(limit=most)
