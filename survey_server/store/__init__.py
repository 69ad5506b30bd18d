"""The tables and all SQL; takes a Session, and nothing here commits."""
