"""Adding an entry: one statement, on a connection that serves the trail alone."""

import json
from datetime import datetime

from sqlalchemy import Connection, text

from survey_server.domain.audit import Entry


def add(connection: Connection, entry: Entry, now: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO audit_entries (at, action, survey, person, device, object, data) VALUES"
            " (:at, :action, :survey, :person, :device, :object, CAST(:data AS jsonb))"
        ),
        {
            "at": now,
            "action": entry.action,
            "survey": entry.survey or "",
            "person": entry.person,
            "device": entry.device,
            "object": entry.object,
            "data": json.dumps(dict(entry.data)),
        },
    )
