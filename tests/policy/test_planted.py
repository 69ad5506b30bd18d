"""Mistakes that are planted, and that the matrix must tell: at lists, at single things, at what
changes something, on pages and in files, each kind of mistake at several of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from survey_server import callers, policy
from survey_server.policy import ENUMERATOR, POLICY, PolicyIncomplete
from survey_server.services.people import accounts
from survey_server.store import frame, releases
from survey_server.store.coverage import reading
from survey_server.store.devices import listing
from survey_server.store.forms import reading as forms
from survey_server.store.people import api_tokens, sessions
from tests.policy.matrix import OUTSIDE, SMUGGLED, TWIN, Stage, cells, wrong_cells

KINDS = (
    "people.list_people",  # a list
    "people.one_person",  # a single thing
    "devices.revoke",  # what changes something
    "web.device_page",  # a page
    "web.revoke_device",  # what a page changes
    "web.coverage_csv",  # what a page gives out as a file
)
# Enumerators see figures too; a file that they have no part in is a dataset.
OF_OVERSEERS = (*KINDS[:-1], "findings.list_findings", "releases.file")
CHIEF = "administrator of 001"


def reported(
    stage: Stage, names: Iterable[str], who: str, relations: Iterable[str] = ("child",)
) -> set[str]:
    """The examples among `names` of which the matrix says that something is wrong."""
    asked = [one for one in cells(stage, names) if one.who.name == who]
    told = wrong_cells(stage, [one for one in asked if one.relation in relations])
    return {sentence.partition(" as ")[0] for sentence in told}


def test_nothing_is_told_where_nothing_was_planted(stage: Stage) -> None:
    for who in (CHIEF, "enumerator of 001", "disabled", "old session", "revoked tablet"):
        assert reported(stage, KINDS, who, ("child", *OUTSIDE)) == set(), who


def test_a_role_that_is_asked_of_nobody_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "require", lambda line, caller: callers.narrow(policy.ROLES))
    wanted = {*OF_OVERSEERS, "releases.one_release"}
    assert reported(stage, wanted, "enumerator of 001") == wanted


@pytest.mark.parametrize("name", OF_OVERSEERS)
def test_a_line_with_a_role_too_many_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """At this route, and at no other."""
    line = POLICY[name]
    wider = {**POLICY, name: replace(line, callers=line.callers | {ENUMERATOR})}
    monkeypatch.setitem(stage.app.extensions, "policy", wider)
    assert reported(stage, OF_OVERSEERS, "enumerator of 001") == {name}


def accepted(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """Somebody who must not get in any more does."""
    if who == "revoked tablet":
        real = callers.devices.on_call
        for name in ("on_call", "on_call_lately"):
            monkeypatch.setattr(
                callers.devices,
                name,
                lambda *of: replace(real(*of), revoked=False),  # type: ignore[type-var]
            )
    elif who == "disabled":
        blind = sessions._LIVE.replace("p.disabled_at IS NULL", "true")
        monkeypatch.setattr(sessions, "_LIVE", blind)
    elif who == "old session":
        monkeypatch.setattr(sessions, "LONGEST", timedelta(days=365))
    elif who == "revoked program":
        blind = api_tokens._GOOD.replace("t.revoked_at IS NULL AND", "")
        monkeypatch.setattr(api_tokens, "_GOOD", blind)


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("disabled", KINDS),
        ("old session", KINDS),
        ("revoked tablet", ("forms.one_version", "forms.one_file", "openrosa.manifest")),
        ("revoked program", ("people.list_people", "people.one_person", "people.disable")),
    ],
)
def test_whoever_is_let_in_and_should_not_be_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, who: str, names: tuple[str, ...]
) -> None:
    accepted(monkeypatch, who)
    assert reported(stage, names, who) == set(names)


def test_codes_that_are_compared_by_their_beginning_are_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if 001 were over 0010: whoever has the one has the other, also for PostgreSQL."""
    real = sessions.scopes_of

    def by_prefix(session: Any, person: int, now: Any) -> Any:
        held = real(session, person, now)
        found = stage.here.sql(
            "SELECT t.id FROM areas h JOIN areas t ON t.survey_id = h.survey_id"
            " AND starts_with(t.code, h.code) WHERE h.id = ANY(:areas)",
            areas=[one.area_id for one in held],
        )
        ids = [row.id for row in found]
        return (*held, *(replace(one, area_id=area) for one in held for area in ids))

    monkeypatch.setattr(sessions, "scopes_of", by_prefix)
    names = {*KINDS, "releases.file", "findings.summary", "people.search_people"}
    twin = [relation for relation, area in OUTSIDE.items() if area == TWIN]
    assert reported(stage, names, CHIEF, twin) == names
    others = [relation for relation, area in OUTSIDE.items() if area != TWIN]
    assert reported(stage, KINDS, CHIEF, others) == set()


def anywhere(real: Callable[..., Any], place: int) -> Callable[..., Any]:
    """The function, with all areas instead of those that it is given."""

    def called(session: Any, *given: Any) -> Any:
        tops = session.scalars(text("SELECT id FROM areas WHERE parent_id IS NULL")).all()
        return real(session, *given[:place], list(tops), *given[place + 1 :])

    return called


MISSING: dict[str, tuple[Any, str, Any, set[str]]] = {
    "the area of a list": (
        frame, "area_within", anywhere(frame.area_within, 2),
        {"people.list_people", "devices.list_devices", "findings.list_findings",
         "people.search_people", "people.open_account", "web.people_page"},
    ),
    "the area of a dataset": (
        frame, "area_within", anywhere(frame.area_within, 2), {"releases.ask"},
    ),
    "the area of figures": (
        reading, "_chosen", anywhere(reading._chosen, 1),
        {"coverage.coverage", "web.coverage_page", "web.coverage_csv"},
    ),
    "a person": (
        accounts, "require_lesser", lambda *_: None,
        {"people.disable", "people.reset_link", "people.appoint", "web.disable"},
    ),
    "a tablet": (
        listing, "_WITHIN", " AND (ma.path && CAST(:allowed AS integer[]) OR true)",
        {"devices.to_revisit", "devices.revoke", "devices.issue", "web.device_page",
         "web.revoke_device", "web.issue_code", "devices.issue_sheet (person)"},
    ),
    "whose dataset it is": (
        releases, "find_own", lambda session, _, release, roles: releases.find(session, release),
        {"releases.one_release", "releases.file"},
    ),
    "whose form it is": (
        forms, "_VISIBLE", " (true OR s.code = ANY(:surveys) OR s.code = ANY(:drafts))",
        {"forms.one_version", "forms.one_file", "forms.schema"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MISSING)
def test_what_nobody_looks_at_is_told(
    stage: Stage, everything_is_seen: None, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The limit in the query is missing, and row-level security too."""
    module, name, planted, wanted = MISSING[what]
    assert reported(stage, wanted, CHIEF, (*OUTSIDE, SMUGGLED)) == set()
    if module is listing:
        blind = listing._FOUND.replace(listing._WITHIN, planted)
        monkeypatch.setattr(listing, "_FOUND", blind)
    monkeypatch.setattr(module, name, planted)
    assert reported(stage, wanted, CHIEF, (*OUTSIDE, SMUGGLED)) == wanted


@pytest.mark.parametrize("name", [*KINDS, "releases.file", "web.static"])
def test_a_route_without_a_line_stops_the_start(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    less = {one: line for one, line in POLICY.items() if one != name}
    monkeypatch.setitem(app.extensions, "policy", less)
    with pytest.raises(PolicyIncomplete, match=f"{name} has no line in survey_server/policy.py"):
        policy.require_complete(app)
