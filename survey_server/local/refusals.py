"""What stops a start on this machine: always a sentence that says what to do about it."""


class CannotStart(Exception):
    """Its text is shown to the person at the keyboard as it is, without a traceback."""
