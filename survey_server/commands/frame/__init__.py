"""The frame by command: brought in from files, or made up."""

from survey_server.commands.frame.generating import frame
from survey_server.commands.frame.importing import GROUPS

COMMANDS = (*GROUPS, frame)
