"""Tablets of one's areas: listed, given out by code or picture, revoked, lost, handed on."""

from flask import Blueprint

from survey_server.web.tablets import issuing, listing, replacing, withdrawing


def add_to(pages: Blueprint) -> None:
    listing.add_to(pages)
    issuing.add_to(pages)
    withdrawing.add_to(pages)
    replacing.add_to(pages)
