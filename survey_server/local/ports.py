"""Ports for servers that a test or a trial has yet to start, and may start again.

A port that was only free when somebody looked may be another's by the time the server listens. So
it stays bound: the system then gives it to nobody who asks for any port, and whoever names it, as
every server here does with SO_REUSEADDR, may listen on it.
"""

import atexit
import socket
import sys


def kept_port() -> int:
    """On 127.0.0.1, kept until this process ends. Other systems than Linux would let nobody else
    listen on it meanwhile: there it is only free."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    port = int(bound.getsockname()[1])
    if sys.platform == "linux":
        atexit.register(bound.close)
    else:
        bound.close()
    return port
