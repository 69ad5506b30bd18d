"""The pages of people and tablets, their forms filled in as a browser would."""

import secrets
from io import BytesIO
from typing import Any

from tests.policy.examples.example import Call, Example, fill_in, get
from tests.policy.spots import Spot
from tests.world import EAS, body_of


def _people(at: Spot, rest: str = "") -> str:
    return f"/surveys/{at.survey}/people{rest}"


def _one(at: Spot, rest: str = "") -> str:
    return _people(at, f"/{at.person}{rest}")


def _devices(at: Spot, rest: str = "") -> str:
    return f"/surveys/{at.survey}/devices{rest}"


def _device(at: Spot, rest: str = "") -> str:
    return _devices(at, f"/{at.device}{rest}")


def _role(at: Spot) -> str:
    return _one(at, f"/roles/{at.role}/end")


def _appointment(area: str) -> dict[str, Any]:
    return {"role": "team_leader", "area": area}


def _new(at: Spot) -> Call:
    name = f"new.{secrets.token_hex(6)}"
    form = {"username": name, "name": "Tráng Thị Mới", **_appointment(at.area)}
    return fill_in(_people(at, "/new"), **form)


def _file(at: Spot, area: str) -> Call:
    rows = f"username,name,role,area\nnew.{secrets.token_hex(6)},Sùng A Mới,enumerator,{area}\n"
    return fill_in(_people(at, "/import"), file=(BytesIO(rows.encode()), "people.csv"))


def _replace(at: Spot, leaving: int, coming: int, rest: str = "") -> Call:
    return fill_in(_people(at, f"/{leaving}/replace{rest}"), by=coming)


def _sheet(at: Spot) -> Call:
    return fill_in(_devices(at, "/sheet"), people=at.person, days=7)


def _rescue(at: Spot) -> Call:
    body = body_of(at.world.submission(at.world.unit(EAS[0], 1)))
    file = (BytesIO(body), "batch.json")
    return fill_in(_device(at, "/rescue"), reason="Máy hỏng", file=file)


def _in(at: Spot) -> str:
    return f"?area={at.area}"


EXAMPLES = {
    "web.people_page": Example(lambda at: get(_people(at, _in(at)))),
    "web.search_people": Example(
        lambda at: fill_in(_people(at, f"/search{_in(at)}"), words="sinh")
    ),
    "web.person_page": Example(lambda at: get(_one(at))),
    "web.open_account_page": Example(lambda at: get(_people(at, f"/new{_in(at)}"))),
    "web.open_account": Example(_new, changes=True),
    "web.import_people_page": Example(lambda at: get(_people(at, f"/import{_in(at)}"))),
    # Which row of a file names an area that is not theirs is told, as of one that is not there.
    "web.import_people": Example(lambda at: _file(at, at.area), changes=True, outside=422),
    "web.appoint": Example(
        lambda at: fill_in(_one(at, "/roles"), **_appointment(at.mine.area)), 303, changes=True
    ),
    "web.appoint (area)": Example(
        lambda at: fill_in(_one(at.mine, "/roles"), **_appointment(at.area)), 303, changes=True
    ),
    "web.end_role_page": Example(lambda at: get(_role(at))),
    "web.end_role": Example(lambda at: fill_in(_role(at)), 303, changes=True),
    "web.disable_page": Example(lambda at: get(_one(at, "/disable"))),
    "web.disable": Example(lambda at: fill_in(_one(at, "/disable")), 303, changes=True),
    "web.enable": Example(lambda at: fill_in(_one(at, "/enable")), 303),
    "web.reset_link_page": Example(lambda at: get(_one(at, "/reset"))),
    "web.make_reset_link": Example(lambda at: fill_in(_one(at, "/reset")), changes=True),
    "web.devices_page": Example(lambda at: get(_devices(at, _in(at)))),
    "web.search_devices": Example(lambda at: fill_in(_devices(at, f"/search{_in(at)}"), words="a")),
    "web.device_page": Example(lambda at: get(_device(at))),
    "web.issue_page": Example(lambda at: get(_one(at, "/tablet"))),
    "web.issue_code": Example(lambda at: fill_in(_one(at, "/tablet"), days=7), changes=True),
    "web.sheet_page": Example(lambda at: get(_devices(at, f"/sheet{_in(at)}"))),
    "web.print_sheet": Example(_sheet, changes=True),
    "web.revoke_page": Example(lambda at: get(_device(at, "/revoke"))),
    "web.revoke_device": Example(lambda at: fill_in(_device(at, "/revoke")), 303, changes=True),
    "web.lost_page": Example(lambda at: get(_device(at, "/lost"))),
    "web.report_lost": Example(lambda at: fill_in(_device(at, "/lost")), 303, changes=True),
    "web.revisit_page": Example(lambda at: get(_device(at, "/to-revisit"))),
    "web.send_message": Example(
        lambda at: fill_in(f"/surveys/{at.survey}/devices/message{_in(at)}", text="Họp"),
        303,
        changes=True,
    ),
    "web.send_to_person": Example(
        lambda at: fill_in(_device(at, "/message"), text="Họp"), 303, changes=True
    ),
    "web.rescue_page": Example(lambda at: get(_device(at, "/rescue"))),
    "web.import_rescue": Example(_rescue, 303, changes=True),
    "web.rescued_page": Example(lambda at: get(_device(at, f"/rescue/{at.rescued}"))),
    "web.rescued_list": Example(lambda at: get(_device(at, f"/rescue/{at.rescued}.csv"))),
    "web.replace_page": Example(lambda at: get(_one(at, "/replace"))),
    "web.confirm_replacing": Example(lambda at: _replace(at, at.person, at.colleague, "/confirm")),
    "web.confirm_replacing (successor)": Example(
        lambda at: _replace(at, at.colleague, at.person, "/confirm")
    ),
    "web.replace_enumerator": Example(
        lambda at: _replace(at, at.person, at.colleague), changes=True
    ),
    "web.replace_enumerator (successor)": Example(
        lambda at: _replace(at, at.colleague, at.person), changes=True
    ),
}
