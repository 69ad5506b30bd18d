"""The real PostgreSQL and Valkey of a laptop, and the processes of one `scripts/run`.

Production brings its own servers; nothing outside this package knows these exist.
"""
