"""Use cases of the OpenRosa door."""
