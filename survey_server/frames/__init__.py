"""Frames that come along as data: the area tree and the survey definition of the first users."""
