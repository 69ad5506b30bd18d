"""What a tablet and the server tell each other besides interviews.

telling.py     the state of a tablet's work, whole or since a cursor, by page
having.py      which of the interviews that a tablet holds are here
resolving.py   interviews of units that were listed after they came in
epochs.py      a restored database begins a new epoch, so that tablets offer again what they hold
"""

from survey_server.services.sync.having import Offered, Verdict, what_is_missing
from survey_server.services.sync.telling import Asking, State, state_for

__all__ = ["Asking", "Offered", "State", "Verdict", "state_for", "what_is_missing"]
