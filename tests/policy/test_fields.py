"""Who may see an area may not see everything of it."""

from apiflask import APIFlask

from tests.policy.cast import person
from tests.world import EAS, World


def test_an_auditor_sees_figures_and_no_households(app: APIFlask, here: World) -> None:
    client = app.test_client(use_cookies=False)
    path = f"/api/v1/coverage?survey={here.code}&area={EAS[0]}"
    told = {}
    for role in ("auditor", "supervisor"):
        head = {"Authorization": f"Bearer {person(here, role, '001')}"}
        told[role] = client.get(path, headers=head).get_json()
    assert told["auditor"]["total"] == told["supervisor"]["total"]
    assert len(told["supervisor"]["units"]) == 10
    assert told["auditor"]["units"] == []
