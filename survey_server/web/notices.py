"""What was just done, in a sentence on the page that follows.

The address of that page names the sentence; nothing of it comes from what somebody typed.
"""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _

SENTENCES = {
    "password_changed": _("Your password was changed. You were signed out everywhere else."),
    "password_set": _("Your new password is set. Sign in with it."),
    "session_ended": _("That session was ended."),
    "sessions_ended": _("You were signed out everywhere else."),
    "token_revoked": _("The token was revoked. The program that uses it is refused from now on."),
    "role_given": _("The role was given. It holds from the next sign-in."),
    "role_ended": _("The role was ended."),
    "disabled": _("The account was disabled. Its sessions, tokens and tablets were ended."),
    "enabled": _("The account can sign in again."),
    "revoked": _("The tablet was revoked. It is refused at its next contact."),
    "asked_again": _("It is tried again now. Look here again in a minute."),
    "all_asked_again": _("They are tried again now. Look here again in a minute."),
    "mended": _("The change was kept. The interview is read anew now."),
    "set_aside": _("The interview was set aside. It is kept, and can be taken back."),
    "taken_back": _("The interview is back on the list."),
    "version_taken": _("That version was taken. The interview is told anew by it."),
    "returned": _("The interview was returned. The tablet is told with its next sync."),
    "message_sent": _("The message was sent. Tablets get it with their next sync."),
    "signed_out": _("You are signed out."),
}


def add_to(pages: Blueprint) -> None:
    pages.app_template_global("notice")(notice)


def notice() -> str | None:
    found = SENTENCES.get(request.args.get("done", ""))
    return None if found is None else str(found)
