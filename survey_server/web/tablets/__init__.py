"""Tablets of one's areas: listed, given out, revoked, lost, rescued, handed on, written to."""

from flask import Blueprint

from survey_server.web.tablets import (
    issuing,
    listing,
    messaging,
    replacing,
    rescuing,
    withdrawing,
)


def add_to(pages: Blueprint) -> None:
    listing.add_to(pages)
    issuing.add_to(pages)
    withdrawing.add_to(pages)
    replacing.add_to(pages)
    rescuing.add_to(pages)
    messaging.add_to(pages)
