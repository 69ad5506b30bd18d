"""The frame by command: brought in from files, or made up, or taken back."""

from survey_server.commands.frame import taking_back  # noqa: F401 - adds to the groups
from survey_server.commands.frame.generating import frame
from survey_server.commands.frame.importing import GROUPS

COMMANDS = (*GROUPS, frame)
