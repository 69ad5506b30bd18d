"""The address that is told to others: what the settings say, or else where this request came."""

from flask import current_app, request

from survey_server.domain.devices import Server

# Where ODK Collect finds the server, below its address.
OPENROSA = "/openrosa"


def public_address() -> str:
    chosen: str = current_app.extensions["settings"].public_url
    return chosen or request.host_url.rstrip("/")


def this_server() -> Server:
    """As tablets reach it and know it."""
    return Server(public_address(), current_app.extensions["receipt_key"].public_key)
