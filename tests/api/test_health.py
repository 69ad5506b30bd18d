from flask.testing import FlaskClient


def test_the_server_says_that_it_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
