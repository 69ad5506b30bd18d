"""A form that cannot be used, and where in it the fault lies."""


class FormInvalid(ValueError):
    """Carries a sentence for the author of the form; `place` is a sheet, a file or a path."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place
