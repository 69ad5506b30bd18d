"""The reference client: what a tablet does, written to be read and ported.

An enumerator works for days without a network, and a tablet may be switched off, dropped or killed
at any moment. The rule of the whole package follows from that: nothing an enumerator wrote leaves
the tablet before the server has promised, in a signed receipt, that it holds it.

The package knows the protocol and nothing of the server.
"""
