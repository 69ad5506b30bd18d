"""What could not be understood, or came twice: listed, looked at, mended, decided."""

from flask import Blueprint

from survey_server.web.quarantine import conflicts, lying


def add_to(pages: Blueprint) -> None:
    lying.add_to(pages)
    conflicts.add_to(pages)
