"""Pages for people: Vietnamese first, readable on a small screen, without a script.

A view loads the viewer, reads, and renders; what goes wrong becomes a page with a sentence and a
way on. Everything a page needs comes from `static/`.
"""

from flask import Blueprint, Flask

from survey_server.web import assets, coverage, languages, people, problem_pages


def blueprint() -> Blueprint:
    pages = Blueprint(
        "web",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    assets.add_to(pages)
    people.add_to(pages)
    coverage.add_to(pages)
    return pages


def register(app: Flask) -> None:
    languages.register(app)
    problem_pages.register(app)
    app.register_blueprint(blueprint())
