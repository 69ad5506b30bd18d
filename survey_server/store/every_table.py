"""Brings every table in, for what must know all of them: migrations, and adding rows as objects.

Whoever only asks loads the subjects that it asks about, so that a command starts in half the time.
"""

from survey_server.store import (
    attachments,
    audit,
    coverage,
    devices,
    forms,
    frame,
    intake,
    interviews,
    keys,
    matching,
    messages,
    moving,
    people,
    quarantine,
    releases,
    rescue,
    retention,
    reviews,
    rules,
)

__all__ = [
    "attachments",
    "audit",
    "coverage",
    "devices",
    "forms",
    "frame",
    "intake",
    "interviews",
    "keys",
    "matching",
    "messages",
    "moving",
    "people",
    "quarantine",
    "releases",
    "rescue",
    "retention",
    "reviews",
    "rules",
]
