from pathlib import Path

from survey_server.settings import NAMES


def test_the_readme_names_every_setting() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if name not in readme] == []
