"""The trail: where this process writes it."""

from apiflask import APIFlask

from survey_server.services import audit


def register(app: APIFlask) -> None:
    """Two applications may share a process, in tests; each request writes into its own trail."""
    trail = audit.Trail(app.extensions["settings"].database_url)
    app.extensions["audit"] = trail
    audit.keep_in(trail)
    app.before_request(lambda: audit.keep_in(trail))
