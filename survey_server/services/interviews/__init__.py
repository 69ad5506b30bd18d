"""Deriving interviews from submissions.

reading: a submission's bytes become answers, findings and a household, or go to quarantine ·
deriving: what was read becomes interviews, matches and coverage, in one transaction ·
rebuilding: all of it again, to prove that nothing else is kept.
"""
