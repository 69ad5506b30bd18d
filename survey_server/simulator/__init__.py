"""Believable field work for rehearsals and load tests: households, interviews, mistakes."""
