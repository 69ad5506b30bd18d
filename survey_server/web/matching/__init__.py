"""Interviews that may be about one household, side by side; and one interview, which may go back
to whoever is to do it again."""

from flask import Blueprint

from survey_server.web.matching import interviews, pairs


def add_to(pages: Blueprint) -> None:
    pairs.add_to(pages)
    interviews.add_to(pages)
