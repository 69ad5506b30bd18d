"""Tablets: enrolled by a code, calling by their secret, revoked, lost, and handed on."""

from survey_server.store.devices.calling import IDLE_DAYS, OnCall, on_call
from survey_server.store.devices.codes import (
    CodeOnFile,
    CodeToKeep,
    code_on_file,
    end_open_codes,
    keep_code,
    note_device,
    use_code,
)
from survey_server.store.devices.enrolments import (
    Earlier,
    Ending,
    Enrolment,
    end,
    end_all_of,
    end_earlier,
    enrol,
    enrol_one,
    enrolled,
    enrolments_of,
    note_lost,
    revoke,
)
from survey_server.store.devices.handing_over import hand_over, has_open_work, share_posts
from survey_server.store.devices.listing import (
    Carrier,
    DeviceRow,
    Wanted,
    carriers_in,
    device_in,
    devices_in,
    more_devices_than,
)
from survey_server.store.devices.revisiting import ToRevisit, to_revisit
from survey_server.store.devices.tables import (
    ENDED_BY,
    PREFIX_LETTERS,
    Device,
    EnrolmentCode,
)

__all__ = [
    "ENDED_BY",
    "IDLE_DAYS",
    "PREFIX_LETTERS",
    "Carrier",
    "CodeOnFile",
    "CodeToKeep",
    "Device",
    "DeviceRow",
    "Earlier",
    "Ending",
    "Enrolment",
    "EnrolmentCode",
    "OnCall",
    "ToRevisit",
    "Wanted",
    "carriers_in",
    "code_on_file",
    "device_in",
    "devices_in",
    "end",
    "end_all_of",
    "end_earlier",
    "end_open_codes",
    "enrol",
    "enrol_one",
    "enrolled",
    "enrolments_of",
    "hand_over",
    "has_open_work",
    "keep_code",
    "more_devices_than",
    "note_device",
    "note_lost",
    "on_call",
    "revoke",
    "share_posts",
    "to_revisit",
    "use_code",
]
