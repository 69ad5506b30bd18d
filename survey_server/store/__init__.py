"""The tables and all SQL; takes a Session, and nothing here commits."""

# Every table is known once any of them is.
from survey_server.store import (  # noqa: F401
    coverage,
    devices,
    forms,
    frame,
    intake,
    interviews,
    keys,
    matching,
    people,
    releases,
    retention,
    rules,
)
