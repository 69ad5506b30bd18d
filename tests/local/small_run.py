"""A run of survey_server.local with the real servers and one small web process, for tests to kill.

Usage: small_run.py DATA PORT
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from survey_server.local.children import Child
from survey_server.local.refusals import CannotStart
from survey_server.local.run import Run, carry_out

ANSWERS_READY = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


def children(env: Mapping[str, str]) -> list[Child]:
    brief = Child("brief", (sys.executable, "-c", "print('done')"), env, essential=False)
    return [Child("web", (sys.executable, "-c", ANSWERS_READY, sys.argv[2]), env), brief]


def say(sentence: str) -> None:
    print(sentence, flush=True)


def main() -> None:
    run = Run(
        data=Path(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        steps=(),
        children=children,
        when_healthy=lambda env: say("HEALTHY"),
    )
    try:
        carry_out(run, say)
    except CannotStart as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
