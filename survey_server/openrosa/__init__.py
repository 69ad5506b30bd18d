"""The OpenRosa protocol, for ODK Collect and Enketo: README.md beside this file is the guide.

As in the API, a view loads, reads or calls one service, commits and answers; who calls is found
before it runs (`callers.by_secret`). What goes wrong is an OpenRosaResponse with a sentence.

blueprint: the routes' place and what every answer carries · addresses: where a client finds
things, and the key that may stand in an address · forms: the list of forms, and each with its
files · households: whom to interview · documents: how all of it is spelled · refusals: problems
as OpenRosa spells them
"""

from flask import Flask

from survey_server.openrosa import addresses, forms, households, refusals, submitting
from survey_server.openrosa.blueprint import blueprint, tell_bounds

# Importing them puts their routes on the blueprint.
VIEWS = (forms, households, submitting)


def register(app: Flask) -> None:
    """After the pages, which would tell a problem in HTML."""
    tell_bounds(app)
    addresses.register(app)
    refusals.register(app)
    app.register_blueprint(blueprint)
