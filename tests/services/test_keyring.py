"""Where keys are kept: files that nobody else reads, or a command that keeps them."""

import base64
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey_server.services.keyring import KeyCommand, KeyFiles, NoSuchKey

KEEPER = """
import base64, os, sys
from pathlib import Path
act, survey, key_id = sys.argv[1:]
file = Path(sys.argv[0]).parent / f"{survey}-{key_id}"
calls = Path(sys.argv[0]).parent / "calls"
calls.write_text(calls.read_text() + act + "\\n" if calls.exists() else act + "\\n")
if act == "make":
    file.write_bytes(os.urandom(32))
if act == "destroy":
    file.unlink(missing_ok=True)
else:
    print(base64.b64encode(file.read_bytes()).decode())
"""


@pytest.fixture
def keeper(tmp_path: Path) -> Path:
    """Stands for a service that keeps keys."""
    file = tmp_path / "keeper.py"
    file.write_text(KEEPER)
    return file


def test_a_key_is_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path / "keys")
    key = files.make("census", "a")
    assert files.read("census", "a") == key
    file = tmp_path / "keys" / "census" / "a.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["a.key"]


def test_a_new_folder_of_keys_survives_a_crash_as_its_key_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or bodies would be sealed with a key whose folder is gone."""
    on_disk: list[str] = []
    fsync = os.fsync

    def noted(file: int) -> None:
        on_disk.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        fsync(file)

    monkeypatch.setattr(os, "fsync", noted)
    KeyFiles(tmp_path / "keys" / "surveys").make("census", "a")
    folders = [str(tmp_path / one) for one in ("", "keys", "keys/surveys", "keys/surveys/census")]
    assert [one for one in on_disk if Path(one).is_dir()] == folders


def test_a_key_is_never_made_over_another(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)
    key = files.make("census", "a")
    with pytest.raises(NoSuchKey):
        files.make("census", "a")
    assert files.read("census", "a") == key


def test_of_many_who_make_the_same_key_one_succeeds(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)

    def make(_: int) -> bytes | None:
        try:
            return files.make("census", "a")
        except NoSuchKey:
            return None

    with ThreadPoolExecutor(8) as threads:
        made = [key for key in threads.map(make, range(16)) if key is not None]
    assert made == [files.read("census", "a")]


@pytest.mark.parametrize("survey", ["../../x", "..", ".", "a/b", "/etc", "Điều tra 2024", ""])
def test_the_code_of_a_survey_leads_nowhere_else(tmp_path: Path, survey: str) -> None:
    folder = tmp_path / "keys"
    files = KeyFiles(folder)
    key = files.make(survey, "a")
    assert files.read(survey, "a") == key
    (kept,) = tmp_path.rglob("*.key")
    assert folder in kept.parents


def test_a_destroyed_key_is_gone_and_destroying_it_again_is_no_fault(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)
    files.make("census", "a")
    files.make("census", "b")
    files.destroy("census", "a")
    files.destroy("census", "a")
    with pytest.raises(NoSuchKey):
        files.read("census", "a")
    assert [path.name for path in (tmp_path / "census").iterdir()] == ["b.key"]


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_file_of_another_length_is_no_key(tmp_path: Path, content: bytes) -> None:
    files = KeyFiles(tmp_path)
    files.make("census", "a")
    (tmp_path / "census" / "a.key").write_bytes(content)
    with pytest.raises(NoSuchKey):
        files.read("census", "a")


def test_a_command_makes_tells_and_destroys_keys_and_is_not_asked_every_time(
    keeper: Path,
) -> None:
    command = KeyCommand(f"{sys.executable} {keeper}")
    key = command.make("census", "a")
    assert [command.read("census", "a") for _ in range(3)] == [key] * 3
    assert base64.b64decode(base64.b64encode(key)) == (keeper.parent / "census-a").read_bytes()
    other = KeyCommand(f"{sys.executable} {keeper}")
    assert [other.read("census", "a") for _ in range(3)] == [key] * 3
    other.destroy("census", "a")
    assert (keeper.parent / "calls").read_text().split() == ["make", "read", "destroy"]
    with pytest.raises(NoSuchKey):
        other.read("census", "a")


def test_what_a_command_told_is_forgotten_after_some_time(
    keeper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_server.services.keyring.REMEMBERED_SECONDS", 0.0)
    command = KeyCommand(f"{sys.executable} {keeper}")
    command.make("census", "a")
    (keeper.parent / "census-a").unlink()
    with pytest.raises(NoSuchKey):
        command.read("census", "a")


def test_a_key_that_nobody_asks_for_any_more_is_forgotten(
    keeper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = KeyCommand(f"{sys.executable} {keeper}")
    monkeypatch.setattr("survey_server.services.keyring.REMEMBERED_SECONDS", 0.0)
    ended = command.make("ended", "a")
    monkeypatch.setattr("survey_server.services.keyring.REMEMBERED_SECONDS", 300.0)
    key = command.make("census", "a")
    assert not remembers(command, ended)
    assert remembers(command, key)


def remembers(command: KeyCommand, key: bytes) -> bool:
    return repr(key) in repr(vars(command))


@pytest.mark.parametrize("script", ["exit 1", "echo", "echo 'not base64!'", "echo aGVsbG8="])
def test_a_command_that_tells_no_key_has_none(tmp_path: Path, script: str) -> None:
    file = tmp_path / "broken.sh"
    file.write_text(script)
    with pytest.raises(NoSuchKey):
        KeyCommand(f"sh {file}").read("census", "a")


def test_a_survey_cannot_be_taken_for_a_command(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    with pytest.raises(NoSuchKey):
        KeyCommand("cat").read(f"x; touch {marker}", "a")
    assert not marker.exists()
