"""One mistake in a complete interview of any of the five forms, for which one finding is expected.

spots: where in the answers a question stands · slips: how an answer is spoilt · any_form: mistakes
that any form can have · census, minorities, communes, listing: those that need to know the form ·
planting: all of them by the name of their kind.
"""

from survey_server.simulator.planting.planting import KINDS, REASON, kinds_of, plant_in
from survey_server.simulator.planting.slips import NothingToSpoil

__all__ = ["KINDS", "REASON", "NothingToSpoil", "kinds_of", "plant_in"]
