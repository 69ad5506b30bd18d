"""Encrypted, as `scripts/run --tls` starts it: what is told, and what is written down of it."""

from survey_server.local.certificates import self_signed
from tests.living import wait_until
from tests.openrosa.encrypted import Encrypted
from tests.openrosa.test_the_door import LIST, lans
from tests.world import World


def test_a_list_of_forms_comes_over_tls_and_leads_on_over_tls(
    encrypted: Encrypted, world: World
) -> None:
    status, body = encrypted.get(LIST, lans(world))
    assert status == 200
    assert f"<downloadUrl>https://127.0.0.1:{encrypted.port}/openrosa/forms/".encode() in body


def test_the_access_log_has_addresses_without_their_keys(
    encrypted: Encrypted, world: World
) -> None:
    secret = world.secrets["lan"]
    assert encrypted.get(f"/openrosa/key/{secret}/formList?x=1", {})[0] == 200
    assert encrypted.get(f"/openrosa/%6bey/{secret}/formList", {})[0] == 200
    # A line is written once the answer has left.
    line = '"GET /openrosa/key/***/formList'
    wait_until(lambda: encrypted.log.read_text().count(line) == 2)
    assert secret not in encrypted.log.read_text()


def test_a_certificate_is_made_once(encrypted: Encrypted) -> None:
    before = encrypted.certificate.chain.read_bytes()
    again = self_signed(encrypted.certificate.chain.parent, ("other",))
    assert again.chain.read_bytes() == before
    assert again.key.stat().st_mode & 0o777 == 0o600
