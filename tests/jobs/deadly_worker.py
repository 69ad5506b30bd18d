"""A worker process that one marked answer kills, as a fault in a compiled library would.

Only tests start it; the server itself has no such switch.
"""

import os
import signal
from typing import Any

from survey_server.domain.forms import FormDescription
from survey_server.services.interviews import reading
from survey_server.worker import work

DEADLY = "Số 0, ngõ chết"
read_answers = reading.read_answers


def read_or_die(description: FormDescription, tree: Any) -> Any:
    if tree["identification"]["address"] == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_answers(description, tree)


if __name__ == "__main__":
    reading.read_answers = read_or_die
    work("intake")
