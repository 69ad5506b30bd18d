"""Pairs of interviews that may be about one household: the list, and two side by side."""

import uuid
from typing import Any

from flask import Blueprint, render_template, request

from survey_server.domain.audit import plain
from survey_server.services import audit, matching as services
from survey_server.services.audit import Data, Entry
from survey_server.services.quarantine import Hand
from survey_server.store.base import db
from survey_server.store.matching import KINDS
from survey_server.store.pairs import FIRST, Cursor, pairs_in
from survey_server.web import places, tables
from survey_server.web.coverage_columns import RESULTS
from survey_server.web.labels import in_words
from survey_server.web.matching.words import (
    KIND_HELP,
    KIND_TABS,
    KIND_WORDS,
    NOTHING_HERE,
    WHY_COUNTING,
)
from survey_server.web.quarantine.lying import hand

LARGEST_EA = 2**31
LONGEST_CURSOR = 200


def add_to(pages: Blueprint) -> None:
    every = "/surveys/<survey>/matches"
    pages.add_url_rule(every, view_func=matches_page)
    pages.add_url_rule(f"{every}/<uuid:a>/<a_ea>/<uuid:b>/<b_ea>", view_func=match_page)


def matches_page(survey: str) -> str:
    here, by = places.here(survey), hand(survey)
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else next(iter(KIND_TABS))
    after, most = _cursor(request.args.get("after", "")), tables.ROWS_PER_PAGE
    found = pairs_in(db.session(), by.survey, here.areas, by.areas, kind, after, most)
    _note(by, {"kind": kind, "rows": len(found)}, f"area:{plain(here.code or '')}")
    return render_template(
        "matches.html",
        here=here,
        pairs=found,
        kind=kind,
        tabs=KIND_TABS,
        nothing=NOTHING_HERE[kind],
        next="~".join(map(str, found[-1].cursor)) if len(found) == most else None,
    )


def match_page(survey: str, a: uuid.UUID, a_ea: str, b: uuid.UUID, b_ea: str) -> str:
    here, by = places.here(survey), hand(survey)
    one, other = places.named(a, a_ea), places.named(b, b_ea)
    found = services.look_at_pair(db.session(), by, one, other)
    _note(by, {"rows": 1}, f"interview:{a}")
    return render_template(
        "match.html",
        here=here,
        found=found,
        kinds=KIND_WORDS,
        help=KIND_HELP,
        why=WHY_COUNTING,
        results=RESULTS,
        word=in_words,
    )


def _note(by: Hand, told: Data, about: str) -> None:
    audit.note(Entry("matches_viewed", by.code, by.person, object=about, data=told))


def _cursor(text: str) -> Cursor:
    """Leniently: an address that somebody mistyped still shows the list."""
    try:
        a, a_ea, b, b_ea, kind = text[:LONGEST_CURSOR].split("~")
        found: Any = (uuid.UUID(a), int(a_ea), uuid.UUID(b), int(b_ea), kind)
    except ValueError:
        return FIRST
    within = kind in KINDS and max(abs(found[1]), abs(found[3])) < LARGEST_EA
    return found if within else FIRST
