"""ODK Collect, simulated: what the office's tablets do, by the rules of Collect itself.

It is there to try a server with, so it is as particular as Collect is, and knows nothing of any
server: it takes nothing from the rest of this project. Everything it keeps lies in a folder, as on
a tablet, and is found there after the program ended.

    project    the settings picture
    wire       requests: headers, passwords, redirects, what is unchanged
    listed     the lists of forms and of files, which are refused whole for one bad entry
    forms      the forms that are kept, with their files
    entities   lists of entities, and which of them have left
    instances  interviews, each in a folder until it is sent
    sending    uploads, in as many parts as the server wants
    app        the application: all of it together
"""

from survey_server.simulator.collect.app import Collect
from survey_server.simulator.collect.instances import Interview
from survey_server.simulator.collect.problems import Failed
from survey_server.simulator.collect.project import Project, scan
from survey_server.simulator.collect.sending import Sent

__all__ = ["Collect", "Failed", "Interview", "Project", "Sent", "scan"]
