"""What goes wrong, as an enumerator sees it."""


class Failed(Exception):
    """Its text is what Collect shows."""
