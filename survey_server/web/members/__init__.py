"""The people of one's areas: who is there, what each may do, new accounts, and ways back in."""

from flask import Blueprint

from survey_server.web.members import appointing, importing, listing, opening


def add_to(pages: Blueprint) -> None:
    listing.add_to(pages)
    appointing.add_to(pages)
    opening.add_to(pages)
    importing.add_to(pages)
