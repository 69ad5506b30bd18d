"""What changes something, or shows answers, leaves a trace or says why it need not."""

from pathlib import Path

from apiflask import APIFlask

from survey_server.domain.audit import ACTIONS
from survey_server.policy import POLICY

PACKAGE = Path(__file__).parents[1] / "survey_server"

NOTED = {
    "people.sign_in": "signed_in sign_in_failed sign_in_limited totp_failed",
    "people.sign_out": "signed_out",
    "people.reset_password": "password_reset",
    "people.end_session": "sessions_ended",
    "people.end_other_sessions": "sessions_ended",
    "people.change_password": "password_changed",
    "people.confirm_second_factor": "totp_set_up",
    "people.make_token": "token_issued",
    "people.revoke_token": "token_revoked",
    "people.list_people": "accounts_listed",
    "people.search_people": "accounts_listed",
    "people.open_account": "account_made",
    "people.appoint": "role_given",
    "people.end_role": "role_taken",
    "people.disable": "account_disabled",
    "people.enable": "account_enabled",
    "people.reset_link": "password_link_issued",
    "devices.enrol": "device_enrolled",
    "devices.issue": "device_code_issued device_enrolled",
    "devices.issue_sheet": "device_code_issued",
    "devices.list_devices": "devices_listed",
    "devices.search_devices": "devices_listed",
    "devices.revoke": "device_revoked",
    "devices.lost": "device_lost",
    "devices.to_revisit": "revisits_viewed",
    "devices.replace": "enumerator_replaced",
    "forms.put_up": "form_drafted form_published",
    "forms.close": "form_closed",
    "forms.reopen": "form_reopened",
    "forms.discard": "form_withdrawn",
    "forms.list_trials": "trials_viewed",
    "rules.change_rule": "rule_changed",
    "reviews.return_interview": "reviewed",
    "messages.send": "message_sent",
    "quarantine.list_quarantine": "quarantine_listed",
    "quarantine.one_quarantined": "quarantine_viewed",
    "quarantine.replay": "quarantine_replayed",
    "quarantine.replay_all": "quarantine_replayed",
    "quarantine.fix": "quarantine_fixed",
    "quarantine.set_aside": "quarantine_set_aside",
    "quarantine.take_back": "quarantine_taken_back",
    "quarantine.list_conflicts": "conflicts_listed",
    "quarantine.one_conflict": "conflict_viewed",
    "quarantine.choose": "content_chosen",
    "coverage.coverage": "coverage_viewed",
    "findings.list_findings": "findings_viewed",
    "matches.list_matches": "matches_viewed",
    "attachments.list_attachments": "attachments_listed",
    "attachments.one_file": "attachment_viewed",
    "releases.ask": "release_asked release_made release_failed",
    "releases.file": "release_downloaded",
    "audit.list_entries": "audit_viewed",
    "web.sign_in": "signed_in sign_in_failed sign_in_limited",
    "web.sign_in_with_code": "signed_in totp_failed",
    "web.sign_out": "signed_out",
    "web.reset": "password_reset",
    "web.confirm_second_factor": "totp_set_up",
    "web.change_password": "password_changed",
    "web.end_session": "sessions_ended",
    "web.end_other_sessions": "sessions_ended",
    "web.make_token": "token_issued",
    "web.revoke_token": "token_revoked",
    "web.coverage_page": "coverage_viewed",
    "web.coverage_csv": "coverage_viewed",
    "web.people_page": "accounts_listed",
    "web.search_people": "accounts_listed",
    "web.open_account": "account_made",
    "web.import_people": "accounts_imported account_made",
    "web.appoint": "role_given",
    "web.end_role": "role_taken",
    "web.disable": "account_disabled",
    "web.enable": "account_enabled",
    "web.make_reset_link": "password_link_issued",
    "web.devices_page": "devices_listed",
    "web.search_devices": "devices_listed",
    "web.issue_code": "device_code_issued device_enrolled",
    "web.print_sheet": "device_code_issued",
    "web.revoke_device": "device_revoked",
    "web.report_lost": "device_lost",
    "web.revisit_page": "revisits_viewed",
    "web.import_rescue": "rescue_imported",
    "web.replace_enumerator": "enumerator_replaced",
    "web.quarantine_page": "quarantine_listed",
    "web.quarantined_page": "quarantine_viewed",
    "web.replay_quarantine": "quarantine_replayed",
    "web.replay_one": "quarantine_replayed",
    "web.fix_one": "quarantine_fixed",
    "web.set_one_aside": "quarantine_set_aside",
    "web.take_one_back": "quarantine_taken_back",
    "web.conflicts_page": "conflicts_listed",
    "web.conflict_page": "conflict_viewed",
    "web.take_version": "content_chosen",
    "web.matches_page": "matches_viewed",
    "web.match_page": "matches_viewed",
    "web.interview_page": "interview_viewed",
    "web.return_interview": "reviewed",
    "web.send_message": "message_sent",
    "web.send_to_person": "message_sent",
    "web.audit_page": "audit_viewed",
}
FORM_TO_FILL = "an empty form: what it sends is noted"
NOT_NOTED = {
    "intake.receive": "what is kept of an upload is its trail, and it must not wait for this one",
    "openrosa.submission": "what is kept of an interview, and when, is its trail",
    "sync.have": "a question: nothing is kept",
    "attachments.put": "what is kept of a file, and when, is its trail",
    "findings.summary": "figures by rule: nobody's answers",
    "releases.one_release": "how far the viewer's own release is: nobody's answers",
    "people.begin_second_factor": "changes nothing until it is confirmed",
    "people.renew_recovery_codes": "one's own codes, after a second factor that was checked",
    "people.one_person": "an account and its roles, no answers; lists of accounts are noted",
    "web.begin_second_factor": "changes nothing until it is confirmed",
    "web.renew_recovery_codes": "one's own codes, after a second factor that was checked",
    "web.person_page": "an account and its roles, no answers; lists of accounts are noted",
    "web.device_page": "a tablet and who carries it; lists of tablets are noted",
    "web.confirm_replacing": "asks whether it is meant: nothing is changed yet",
    "web.open_account_page": FORM_TO_FILL,
    "web.import_people_page": FORM_TO_FILL,
    "web.end_role_page": FORM_TO_FILL,
    "web.disable_page": FORM_TO_FILL,
    "web.reset_link_page": FORM_TO_FILL,
    "web.issue_page": FORM_TO_FILL,
    "web.sheet_page": FORM_TO_FILL,
    "web.revoke_page": FORM_TO_FILL,
    "web.lost_page": FORM_TO_FILL,
    "web.rescue_page": FORM_TO_FILL,
    "web.rescued_page": "what came of one's own import: ids and outcomes, no answers",
    "web.rescued_list": "what came of one's own import: ids and outcomes, no answers",
    "web.replace_page": FORM_TO_FILL,
}


def in_need_of_a_trace(app: APIFlask) -> set[str]:
    """Everything that changes something, and everything that is limited to an area."""
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    }
    return changing | {name for name, line in POLICY.items() if line.where in ("area", "whole")}


def test_every_route_that_needs_a_trace_leaves_one_or_says_why_not(app: APIFlask) -> None:
    assert in_need_of_a_trace(app) - set(NOTED) - set(NOT_NOTED) == set()


def test_no_route_is_named_that_does_not_exist_or_twice() -> None:
    assert (set(NOTED) | set(NOT_NOTED)) - set(POLICY) == set()
    assert set(NOTED) & set(NOT_NOTED) == set()


def test_every_act_that_a_route_is_said_to_leave_is_written_somewhere() -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in PACKAGE.rglob("*.py")
        if "domain/audit" not in file.as_posix()
    )
    acts = {act for told in NOTED.values() for act in told.split()}
    assert acts <= set(ACTIONS)
    assert [act for act in sorted(acts) if f'"{act}"' not in code] == []
