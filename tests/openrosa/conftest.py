"""One server that speaks TLS, for all who speak to it here."""

from collections.abc import Iterator

import pytest

from tests.openrosa.encrypted import Encrypted, encrypted_server


@pytest.fixture(scope="package")
def encrypted(
    process_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("a folder with blanks")
    with encrypted_server(process_environment, folder) as found:
        yield found
