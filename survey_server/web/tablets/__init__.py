"""Tablets of one's areas: listed, given out, revoked, lost, rescued, handed on."""

from flask import Blueprint

from survey_server.web.tablets import issuing, listing, replacing, rescuing, withdrawing


def add_to(pages: Blueprint) -> None:
    listing.add_to(pages)
    issuing.add_to(pages)
    withdrawing.add_to(pages)
    replacing.add_to(pages)
    rescuing.add_to(pages)
