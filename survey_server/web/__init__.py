"""Pages for people: Vietnamese first, readable on a small screen, without a script.

A view loads the viewer, reads, and renders; what goes wrong becomes a page with a sentence and a
way on. Everything a page needs comes from `static/`.

signing_in, second_factor, resetting: the way in · account, tokens: oneself · members: the people
of one's areas · tablets: theirs · coverage: how far the count has come · audit: who did what ·
quarantine: what could not be understood, or came twice · matching: interviews that may be about one
household, and one of them.
"""

from flask import Blueprint, Flask

from survey_server.web import (
    account,
    assets,
    audit,
    bounds,
    coverage,
    languages,
    matching,
    members,
    notices,
    people,
    places,
    problem_pages,
    quarantine,
    resetting,
    second_factor,
    signing_in,
    tablets,
    tokens,
)

PARTS = (
    bounds, assets, people, places, notices, signing_in, second_factor, resetting, account, tokens,
    coverage, members, quarantine, matching, tablets, audit,
)  # fmt: skip


def blueprint() -> Blueprint:
    pages = Blueprint(
        "web",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    for part in PARTS:
        part.add_to(pages)
    return pages


def register(app: Flask) -> None:
    languages.register(app)
    problem_pages.register(app)
    app.register_blueprint(blueprint())
