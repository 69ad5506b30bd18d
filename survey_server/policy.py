"""Who may call what: one line for every route, and the one place where lines are enforced.

A line says who may call (the function level) and what of (`where`). A route without a line stops
the start of the server, and so does a line without a route. Whoever may not call is refused before
a view runs. A view asks for its viewer and gets the scopes of the line's roles only, so that a
role in one survey opens nothing in another; areas are then limited in the query, and once more by
PostgreSQL itself (row-level security).

    where      what a caller reaches
    public     nothing that belongs to anybody
    own        their own session, account or tablet
    area       what lies in their areas, and below
    survey     what a whole survey shares: its forms, its rules
    whole      what changes a whole survey: their areas must be all of it
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Flask, abort, current_app, redirect, request, url_for

from survey_server import callers, problems
from survey_server.store.base import look_as_intake

# Callers beside the six roles: whoever it is; an enrolled tablet; a person who is signed in,
# whatever their roles; a program with a token that carries the line's scope.
ANYBODY = "anybody"
DEVICE = "device"
PERSON = "person"
# A person whose session may do nothing yet but set their second factor up.
NEWCOMER = "newcomer"
PROGRAM = "program"

ENUMERATOR, TEAM_LEADER, SUPERVISOR = "enumerator", "team_leader", "supervisor"
DATA_MANAGER, ADMINISTRATOR, AUDITOR = "data_manager", "administrator", "auditor"
ROLES = frozenset(
    (ENUMERATOR, TEAM_LEADER, SUPERVISOR, DATA_MANAGER, ADMINISTRATOR, AUDITOR)
)  # fmt: skip

PLACES = ("public", "own", "area", "survey", "whole")


@dataclass(frozen=True, slots=True)
class Policy:
    """`scope` is what a program's token must carry; without one, no program may call. `intake`: for
    the database, whoever calls is a tablet, or is about to become one."""

    callers: frozenset[str]
    where: str
    scope: str = ""
    intake: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """The roles whose scopes count here; a person's own things need none."""
        return ROLES if PERSON in self.callers else self.callers & ROLES


def _line(who: Iterable[str], where: str, scope: str = "", intake: bool = False) -> Policy:
    allowed = frozenset(who) | ({PROGRAM} if scope else set())
    return Policy(allowed, where, scope, intake)


OVERSEERS = (TEAM_LEADER, SUPERVISOR, DATA_MANAGER, ADMINISTRATOR)
COUNTERS = (ENUMERATOR, *OVERSEERS, AUDITOR)
PUBLISHERS = (DATA_MANAGER, ADMINISTRATOR)
CARERS = (TEAM_LEADER, SUPERVISOR, ADMINISTRATOR)
SUPERIORS = (SUPERVISOR, DATA_MANAGER, ADMINISTRATOR)

POLICY: Mapping[str, Policy] = {
    # The process itself.
    "health.alive": _line([ANYBODY], "public"),
    "health.ready": _line([ANYBODY], "public", intake=True),
    "openapi.spec": _line([ANYBODY], "public"),
    # Signing in and out, for programs.
    "people.sign_in": _line([ANYBODY], "public"),
    "people.sign_out": _line([PERSON, NEWCOMER], "own"),
    "people.reset_password": _line([ANYBODY], "public"),
    # One's own account. No program has a line here: what it leaks must not let it grow.
    "people.list_sessions": _line([PERSON], "own"),
    "people.end_session": _line([PERSON], "own"),
    "people.end_other_sessions": _line([PERSON], "own"),
    "people.account": _line([PERSON, NEWCOMER], "own"),
    "people.change_password": _line([PERSON], "own"),
    "people.begin_second_factor": _line([PERSON, NEWCOMER], "own"),
    "people.confirm_second_factor": _line([PERSON, NEWCOMER], "own"),
    "people.renew_recovery_codes": _line([PERSON], "own"),
    "people.list_tokens": _line([PERSON], "own"),
    "people.make_token": _line(SUPERIORS, "own"),
    "people.revoke_token": _line([PERSON], "own"),
    # The people of one's areas; the service asks whether they are lesser.
    "people.list_people": _line((*SUPERIORS, AUDITOR), "area", scope="people:read"),
    "people.search_people": _line((*SUPERIORS, AUDITOR), "area", scope="people:read"),
    "people.one_person": _line((*SUPERIORS, AUDITOR), "area", scope="people:read"),
    "people.open_account": _line(SUPERIORS, "area", scope="people:write"),
    "people.appoint": _line(SUPERIORS, "area", scope="people:write"),
    "people.end_role": _line(SUPERIORS, "area", scope="people:write"),
    "people.disable": _line(SUPERIORS, "area", scope="people:write"),
    "people.enable": _line(SUPERIORS, "area", scope="people:write"),
    # A reset opens an account: a person does it, never a program.
    "people.reset_link": _line(SUPERIORS, "area"),
    # Tablets.
    "intake.receive": _line([DEVICE], "own"),
    "sync.state": _line([DEVICE], "own"),
    "sync.have": _line([DEVICE], "own"),
    "attachments.state": _line([DEVICE], "own"),
    "attachments.put": _line([DEVICE], "own"),
    # A tablet that has no secret yet shows its code; see services/devices/enrolling.py.
    "devices.enrol": _line([ANYBODY], "public", intake=True),
    # Giving tablets out, and taking them back: whoever looks after the people who carry them.
    "devices.issue": _line(CARERS, "area"),
    "devices.issue_sheet": _line(CARERS, "area"),
    "devices.list_devices": _line(CARERS, "area"),
    "devices.search_devices": _line(CARERS, "area"),
    "devices.revoke": _line(CARERS, "area"),
    "devices.lost": _line(CARERS, "area"),
    "devices.to_revisit": _line(CARERS, "area"),
    "devices.replace": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    # Forms and rules are a survey's, in all its areas.
    "forms.list_forms": _line([DEVICE, *ROLES], "survey", "forms:read"),
    "forms.one_version": _line([DEVICE, *ROLES], "survey", "forms:read"),
    "forms.one_file": _line([DEVICE, *ROLES], "survey", "forms:read"),
    "forms.schema": _line([DEVICE, *ROLES], "survey", "forms:read"),
    "forms.put_up": _line(PUBLISHERS, "whole", "forms:write"),
    "forms.close": _line(PUBLISHERS, "whole", "forms:write"),
    "forms.reopen": _line(PUBLISHERS, "whole", "forms:write"),
    "forms.discard": _line(PUBLISHERS, "whole", "forms:write"),
    "forms.list_trials": _line(PUBLISHERS, "area"),
    "rules.list_rules": _line(OVERSEERS, "survey", "rules:read"),
    "rules.change_rule": _line(PUBLISHERS, "whole", "rules:write"),
    # Figures name no household but in an EA's list: auditors get figures, see coverage.
    "coverage.coverage": _line(COUNTERS, "area", scope="coverage:read"),
    "findings.list_findings": _line(OVERSEERS, "area", scope="findings:read"),
    "findings.summary": _line(OVERSEERS, "area", scope="findings:read"),
    "matches.list_matches": _line(OVERSEERS, "area", scope="findings:read"),
    # What could not be understood, or came twice: answers as they were sent, so no program.
    "quarantine.list_quarantine": _line(OVERSEERS, "area"),
    "quarantine.one_quarantined": _line(OVERSEERS, "area"),
    "quarantine.replay": _line(SUPERIORS, "area"),
    "quarantine.replay_all": _line(SUPERIORS, "area"),
    "quarantine.fix": _line(SUPERIORS, "area"),
    "quarantine.set_aside": _line(SUPERIORS, "area"),
    "quarantine.take_back": _line(SUPERIORS, "area"),
    "quarantine.list_conflicts": _line(OVERSEERS, "area"),
    "quarantine.one_conflict": _line(OVERSEERS, "area"),
    "quarantine.choose": _line(SUPERIORS, "area"),
    # Photos hold faces and places: no program, and nobody who does not work with interviews.
    "attachments.list_attachments": _line([TEAM_LEADER, SUPERVISOR, DATA_MANAGER], "area"),
    "attachments.one_file": _line([TEAM_LEADER, SUPERVISOR, DATA_MANAGER], "area"),
    # Returned interviews and messages reach tablets with their next sync.
    "reviews.return_interview": _line(CARERS, "area"),
    "messages.send": _line(CARERS, "area"),
    "releases.ask": _line(PUBLISHERS, "area", scope="releases:make"),
    "releases.one_release": _line(PUBLISHERS, "area", scope="releases:read"),
    "releases.file": _line(PUBLISHERS, "area", scope="releases:read"),
    # An entry is of a survey, not of an area.
    "audit.list_entries": _line([ADMINISTRATOR, AUDITOR], "whole"),
    # ODK Collect and Enketo: tablets, which show their secret in another way.
    "openrosa.form_list": _line([DEVICE], "survey"),
    "openrosa.form": _line([DEVICE], "survey"),
    "openrosa.manifest": _line([DEVICE], "survey"),
    "openrosa.media": _line([DEVICE], "survey"),
    "openrosa.household_list": _line([DEVICE], "own"),
    "openrosa.household_integrity": _line([DEVICE], "own"),
    "openrosa.offer_submission": _line([DEVICE], "own"),
    "openrosa.submission": _line([DEVICE], "own"),
    # Pages.
    "web.static": _line([ANYBODY], "public"),
    "web.sign_in_page": _line([ANYBODY], "public"),
    "web.sign_in": _line([ANYBODY], "public"),
    "web.code_page": _line([ANYBODY], "public"),
    "web.sign_in_with_code": _line([ANYBODY], "public"),
    "web.sign_out": _line([ANYBODY], "own"),
    # Whoever has the link is the person.
    "web.reset_page": _line([ANYBODY], "public"),
    "web.reset": _line([ANYBODY], "public"),
    "web.home": _line([PERSON], "own"),
    "web.second_factor_page": _line([PERSON, NEWCOMER], "own"),
    "web.begin_second_factor": _line([PERSON, NEWCOMER], "own"),
    "web.scan_page": _line([PERSON, NEWCOMER], "own"),
    "web.confirm_second_factor": _line([PERSON, NEWCOMER], "own"),
    "web.renew_recovery_codes": _line([PERSON], "own"),
    "web.account_page": _line([PERSON], "own"),
    "web.password_page": _line([PERSON], "own"),
    "web.change_password": _line([PERSON], "own"),
    "web.end_session": _line([PERSON], "own"),
    "web.end_other_sessions": _line([PERSON], "own"),
    "web.tokens_page": _line([PERSON], "own"),
    "web.make_token": _line(SUPERIORS, "own"),
    "web.revoke_token": _line([PERSON], "own"),
    "web.coverage_page": _line(COUNTERS, "area"),
    "web.coverage_csv": _line(COUNTERS, "area"),
    "web.people_page": _line((*SUPERIORS, AUDITOR), "area"),
    "web.search_people": _line((*SUPERIORS, AUDITOR), "area"),
    "web.person_page": _line((*SUPERIORS, AUDITOR), "area"),
    "web.open_account_page": _line(SUPERIORS, "area"),
    "web.open_account": _line(SUPERIORS, "area"),
    "web.import_people_page": _line(SUPERIORS, "area"),
    "web.import_people": _line(SUPERIORS, "area"),
    "web.appoint": _line(SUPERIORS, "area"),
    "web.end_role_page": _line(SUPERIORS, "area"),
    "web.end_role": _line(SUPERIORS, "area"),
    "web.disable_page": _line(SUPERIORS, "area"),
    "web.disable": _line(SUPERIORS, "area"),
    "web.enable": _line(SUPERIORS, "area"),
    "web.reset_link_page": _line(SUPERIORS, "area"),
    "web.make_reset_link": _line(SUPERIORS, "area"),
    "web.devices_page": _line(CARERS, "area"),
    "web.search_devices": _line(CARERS, "area"),
    "web.device_page": _line(CARERS, "area"),
    "web.issue_page": _line(CARERS, "area"),
    "web.issue_code": _line(CARERS, "area"),
    "web.sheet_page": _line(CARERS, "area"),
    "web.print_sheet": _line(CARERS, "area"),
    "web.revoke_page": _line(CARERS, "area"),
    "web.revoke_device": _line(CARERS, "area"),
    "web.lost_page": _line(CARERS, "area"),
    "web.report_lost": _line(CARERS, "area"),
    "web.revisit_page": _line(CARERS, "area"),
    "web.send_message": _line(CARERS, "area"),
    "web.send_to_person": _line(CARERS, "area"),
    # A tablet's store is brought in by whoever may hand its work over.
    "web.rescue_page": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.import_rescue": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.rescued_page": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.rescued_list": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.replace_page": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.confirm_replacing": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.replace_enumerator": _line([SUPERVISOR, ADMINISTRATOR], "area"),
    "web.quarantine_page": _line(OVERSEERS, "area"),
    "web.quarantined_page": _line(OVERSEERS, "area"),
    "web.replay_quarantine": _line(SUPERIORS, "area"),
    "web.replay_one": _line(SUPERIORS, "area"),
    "web.fix_one": _line(SUPERIORS, "area"),
    "web.set_one_aside": _line(SUPERIORS, "area"),
    "web.take_one_back": _line(SUPERIORS, "area"),
    "web.conflicts_page": _line(OVERSEERS, "area"),
    "web.conflict_page": _line(OVERSEERS, "area"),
    "web.take_version": _line(SUPERIORS, "area"),
    "web.matches_page": _line(OVERSEERS, "area"),
    "web.match_page": _line(OVERSEERS, "area"),
    "web.interview_page": _line(OVERSEERS, "area"),
    "web.return_interview": _line(CARERS, "area"),
    "web.audit_page": _line([ADMINISTRATOR, AUDITOR], "whole"),
}


class PolicyIncomplete(Exception):
    """The routes and the lines are not the same set: the server does not start."""


def register(app: Flask) -> None:
    """After everything else that looks at requests, before any view."""
    app.extensions["policy"] = POLICY
    app.before_request(_enforce)


def require_complete(app: Flask) -> None:
    """Raises PolicyIncomplete. Called once all routes are known."""
    policy: Mapping[str, Policy] = app.extensions["policy"]
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    known = ROLES | {ANYBODY, DEVICE, PERSON, NEWCOMER, PROGRAM}
    sentences = [
        *(
            f"{name} has no line in survey_server/policy.py"
            for name in sorted(routes - set(policy))
        ),
        *(f"the line of {name} has no route" for name in sorted(set(policy) - routes)),
        *(
            f"the line of {name} says an unknown place or caller"
            for name, line in policy.items()
            if line.where not in PLACES or line.callers - known
        ),
    ]
    if sentences:
        raise PolicyIncomplete("; ".join(sentences))


def line_of(endpoint: str) -> Policy:
    return POLICY[endpoint]


def _enforce() -> None:
    """What leads nowhere is answered by the router: not found, or another method."""
    if request.endpoint is None or request.routing_exception is not None:
        return
    line: Policy = current_app.extensions["policy"][request.endpoint]
    if line.intake:
        look_as_intake(True)
    if ANYBODY in line.callers:
        return
    if request.endpoint.startswith("web."):
        _enforce_on_page(line)
        return
    if request.endpoint.startswith("openrosa."):
        require(line, callers.by_secret())
        return
    caller = callers.by_token(DEVICE in line.callers, NEWCOMER in line.callers)
    require(line, caller)


def _enforce_on_page(line: Policy) -> None:
    caller = callers.by_cookie(NEWCOMER in line.callers)
    if caller is None:
        abort(redirect(url_for("web.sign_in_page", next=_here()), 303))
    require(line, caller)


def require(line: Policy, caller: callers.Caller) -> None:
    """Raises Unauthenticated where this kind of caller is none here, or Forbidden."""
    if caller.device is not None:
        if DEVICE not in line.callers:
            raise problems.Unauthenticated()
        return
    viewer = caller.viewer
    if viewer is None or not (line.roles or PERSON in line.callers):
        raise problems.Unauthenticated()
    if viewer.program_scopes is not None and line.scope not in viewer.program_scopes:
        raise problems.Forbidden()
    held = {scope.role for scope in viewer.scopes}
    if PERSON not in line.callers and not held & line.roles:
        raise problems.Forbidden()
    callers.narrow(line.roles)


def _here() -> str | None:
    """Where to come back to after signing in; what was posted cannot be."""
    if request.method != "GET" or request.path == "/":
        return None
    return request.full_path.rstrip("?")
