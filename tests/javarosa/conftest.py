"""One JavaRosa for all tests of a session; without a JDK they are left out with a sentence."""

import os
from collections.abc import Iterator

import pytest

from tests.javarosa.oracle import JavaRosa, javarosa, why_not


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaRosa]:
    reason = why_not()
    if reason is not None and os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and where CI=true no test may be left out")
    if reason is not None:
        pytest.skip(reason)
    with javarosa(tmp_path_factory.mktemp("javarosa")) as started:
        yield started
