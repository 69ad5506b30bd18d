"""Accounts, signing in, and what acts in people's names.

Passwords are argon2id; session tokens, links and codes are random, and only their SHA-256 is
stored. What must be committed although it is a refusal (a failed attempt counts) is returned as a
problem: the caller commits, then raises it (`or_raise`).
"""

from typing import TypeVar

from survey_server.problems import Problem
from survey_server.services.people.accounts import (
    Appointment,
    NewAccount,
    OpenedAccount,
    add_person,
    appoint,
    disable,
    enable,
    end_role,
    open_account,
    reset_link,
)
from survey_server.services.people.door import Door, Seal, seal_of
from survey_server.services.people.reading import (
    Page,
    account_now,
    member,
    members,
    more_members_than,
)
from survey_server.services.people.resetting import (
    ResetLink,
    change_own_password,
    make_reset,
    replace_password,
    use_reset,
)
from survey_server.services.people.signing_in import (
    Attempt,
    SignedIn,
    end_other_sessions,
    end_session,
    open_session,
    sign_in,
    sign_out,
)
from survey_server.services.people.tokens import MadeToken, make_token, revoke_own

Result = TypeVar("Result")


def or_raise(outcome: Result | Problem) -> Result:
    """After the commit."""
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


__all__ = [
    "Appointment",
    "Attempt",
    "Door",
    "MadeToken",
    "NewAccount",
    "OpenedAccount",
    "Page",
    "ResetLink",
    "Seal",
    "SignedIn",
    "account_now",
    "add_person",
    "appoint",
    "change_own_password",
    "disable",
    "enable",
    "end_other_sessions",
    "end_role",
    "end_session",
    "make_reset",
    "make_token",
    "member",
    "members",
    "more_members_than",
    "open_account",
    "open_session",
    "or_raise",
    "replace_password",
    "reset_link",
    "revoke_own",
    "seal_of",
    "sign_in",
    "sign_out",
    "use_reset",
]
