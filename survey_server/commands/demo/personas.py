"""Who the demonstration can be looked at as, and what each of them should find."""

import secrets
from collections.abc import Sequence

from survey_server.commands.demo.files import Persona
from survey_server.simulator.demonstration import Scene
from survey_server.simulator.staff import Enumerator

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
ADMINISTRATOR = "admin"
BA_DINH, HA_NOI, LAO_CAI = "001", "01", "10"


def personas_of(scene: Scene, top: str, pairs: Sequence[tuple[str, str]]) -> list[Persona]:
    """`top` is the area above all; `pairs` are units of Ba Đình that told one household."""
    return [
        _enumerator(scene),
        _district_supervisor(scene),
        _data_manager(scene, pairs[0]),
        _of_another_province(scene),
        _administrator(top),
    ]


def _enumerator(scene: Scene) -> Persona:
    who = _enumerator_named(scene, scene.cast.guide)
    return _persona(
        (who.username, who.name), "enumerator", (who.eas[0], f"Địa bàn {who.eas[0]}"),
        ("Điều tra viên", "Enumerator"),
        (
            "Trang Tiến độ mở thẳng danh sách hộ của địa bàn: một hộ vắng nhà phải quay lại, một "
            "phiếu có vấn đề (cột Có vấn đề), một hộ bị phỏng vấn hai lần (cột Trùng), "
            "và các hộ chưa đến.",
            "Coverage opens on the households of the EA: one was absent and needs another visit, "
            "one interview breaks a rule (With findings), one household was interviewed twice "
            "(Duplicates), and some are still to do.",
        ),
    )  # fmt: skip


def _district_supervisor(scene: Scene) -> Persona:
    cast = scene.cast
    silent, absent = (_enumerator_named(scene, one) for one in (cast.silent, cast.never_seen))
    idle = absent.eas[0]
    return _persona(
        _staff(scene, f"gs-{BA_DINH}"), "supervisor", (BA_DINH, "Quận Ba Đình"),
        ("Giám sát viên quận", "District supervisor"),
        (
            f"Đầu trang: 41 phiếu còn trên máy, máy im lặng. Thẻ Điều tra viên: {silent.name} "
            "không gửi gì từ hơn hai ngày. Thẻ Địa bàn điều tra: "
            f"{idle} ({absent.name}) chưa bắt đầu.",
            f"Top of the page: 41 interviews still on tablets, and silent tablets. Enumerators: "
            f"{silent.name} has sent nothing for more than two days. Enumeration areas: "
            f"{idle} ({absent.name}) has not started.",
        ),
    )  # fmt: skip


def _data_manager(scene: Scene, pair: tuple[str, str]) -> Persona:
    one, other = pair
    return _persona(
        _staff(scene, f"ql-{HA_NOI}"), "data_manager", (HA_NOI, "Hà Nội"),
        ("Quản lý dữ liệu tỉnh, thành phố", "A province's data manager"),
        (
            f"Quận Hoàn Kiếm đi trước kế hoạch, Quận Ba Đình chậm hơn. Hai hộ {one} và {other} "
            "kể cùng một gia đình: xem các thành viên giống nhau trong bảng person của dữ liệu "
            "xuất. Một địa bàn ở Hoàn Kiếm không có hộ nào phải điều tra.",
            f"Hoan Kiem is well ahead of plan, Ba Dinh is slower. Households {one} and {other} "
            "tell the same family: the members agree in table person of an export. One EA in "
            "Hoan Kiem expects no household.",
        ),
    )  # fmt: skip


def _of_another_province(scene: Scene) -> Persona:
    contact = _enumerator_named(scene, scene.cast.only_in_contact)
    return _persona(
        _staff(scene, f"gst-{LAO_CAI}"), "supervisor", (LAO_CAI, "Lào Cai"),
        ("Giám sát viên của tỉnh khác", "Supervisor of another province"),
        (
            "Chỉ thấy tỉnh Lào Cai, không thấy gì của Hà Nội (thử thêm ?area=01 vào địa chỉ). "
            f"Huyện Bắc Hà chậm kế hoạch; địa bàn {contact.eas[0]} có liên lạc nhưng "
            "chưa gửi phiếu nào.",
            "Sees Lao Cai and nothing of Ha Noi (try ?area=01 in the address). Bac Ha is behind "
            f"plan; EA {contact.eas[0]} is in contact and has sent nothing.",
        ),
    )  # fmt: skip


def _administrator(top: str) -> Persona:
    return _persona(
        (ADMINISTRATOR, "Quản trị viên"), "administrator", (top, "Cả nước"),
        ("Quản trị viên cả nước", "Administrator of the country"),
        (
            "Ngày thứ 18 trên 30: khoảng 56 % số hộ, dự kiến xong so với kế hoạch, và hôm nay "
            "tăng dần vì các máy tính bảng vẫn gửi phiếu (tải lại trang).",
            "Day 18 of 30: about 56 % of the households, the forecast against the plan, and "
            "today's figure growing, because tablets go on syncing (load the page again).",
        ),
    )  # fmt: skip


def _persona(
    account: tuple[str, str],
    role: str,
    area: tuple[str, str],
    role_names: tuple[str, str],
    look: tuple[str, str],
) -> Persona:
    username, name = account
    return Persona(username, _password(), name, role, *role_names, *area, *look)


def _password() -> str:
    """Sixty bits, without letters that are taken for one another, in groups to be typed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _enumerator_named(scene: Scene, username: str) -> Enumerator:
    return next(who for who in scene.staff.enumerators if who.username == username)


def _staff(scene: Scene, username: str) -> tuple[str, str]:
    name = next(who.name for who in scene.staff.others if who.username == username)
    return username, name
