"""Forms: check a questionnaire, try it out, publish it, compare versions, close it."""

import click

from survey_server.commands.forms.checking import check
from survey_server.commands.forms.comparing import diff
from survey_server.commands.forms.living import (
    close,
    count_trials,
    discard_draft,
    list_forms,
    reopen,
)
from survey_server.commands.forms.publishing import draft, publish


@click.group()
def forms() -> None:
    """Questionnaires."""


for _command in (
    check, diff, draft, publish, list_forms, close, reopen, discard_draft, count_trials,
):  # fmt: skip
    forms.add_command(_command)

COMMANDS = (forms,)
