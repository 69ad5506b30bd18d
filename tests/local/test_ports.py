"""A port is one's own from when it is chosen, although nobody listens on it yet."""

import socket
import sys

import pytest

from survey_server.local.ports import kept_port


def test_a_server_that_names_the_port_listens_on_it_again_and_again() -> None:
    port = kept_port()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)) as server:
            with socket.create_connection(("127.0.0.1", port)):
                server.accept()[0].close()
            with pytest.raises(OSError, match="in use"), socket.create_server(("127.0.0.1", port)):
                pass
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is only free")
def test_nobody_who_takes_any_port_gets_it() -> None:
    port = kept_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port))
