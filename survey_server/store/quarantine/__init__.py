"""Submissions that could not be understood, or came twice with other content: what is known of
them, what was done, and which bytes tell them now."""

from survey_server.store.quarantine.choices import as_chosen, choose
from survey_server.store.quarantine.tables import ContentChoice, QuarantineAct

__all__ = ["ContentChoice", "QuarantineAct", "as_chosen", "choose"]
