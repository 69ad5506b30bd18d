"""The words of pages for roles, rights of programs, states of tablets, and browsers."""

from typing import Any

from flask_babel import gettext, lazy_gettext as _

ROLE_WORDS = {
    "enumerator": _("enumerator"),
    "team_leader": _("team leader"),
    "supervisor": _("supervisor"),
    "data_manager": _("data manager"),
    "administrator": _("administrator"),
    "auditor": _("auditor"),
}
PROGRAM_SCOPE_WORDS = {
    "coverage:read": _("read coverage"),
    "findings:read": _("read findings"),
    "forms:read": _("read forms"),
    "forms:write": _("put up and close forms"),
    "rules:read": _("read rules"),
    "rules:write": _("change rules"),
    "releases:read": _("download datasets"),
    "releases:make": _("make datasets"),
    "people:read": _("read accounts and roles"),
    "people:write": _("make accounts and give roles"),
}
DEVICE_STATES = {
    "active": _("in use"),
    "expired": _("silent for too long, expired"),
    "revoked": _("revoked"),
    "lost": _("lost"),
}
ENDINGS = {
    "office": _("by the office"),
    "lost": _("as it was lost"),
    "replaced": _("as somebody else took over"),
    "re_enrolled": _("as the tablet was enrolled again"),
}
# What came of each thing that was brought in by hand, the worst first.
RESCUE_WORDS = {
    "unreadable": _("cannot be read"),
    "rejected": _("not taken"),
    "file_refused": _("file not taken"),
    "conflict": _("differs from what is here; both are kept"),
    "quarantined": _("kept, not understood yet"),
    "superseded": _("kept; a newer one is here"),
    "stored": _("kept"),
    "duplicate": _("was here already"),
}
REVISIT_WORDS = {
    "nothing_received": _("nothing received"),
    "not_complete": _("begun, not complete"),
}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
# The order matters: browsers call themselves by the names of others too.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))


def client_word(user_agent: str) -> str:
    """As people know it; a program is called what it calls itself."""
    if not user_agent:
        return str(gettext("unknown browser or program"))
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    if browser is None:
        browser = "Safari" if "Safari/" in user_agent else user_agent[:60]
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    return f"{browser}, {system}" if system else browser


def word_of(words: dict[str, Any], key: str | None) -> str:
    """A key that has no word yet is shown as it is, never hidden."""
    return "" if key is None else str(words.get(key, key))
