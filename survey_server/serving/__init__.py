"""What of gunicorn is ours: below the application, above the network.

connections: how a process holds them, and who takes a thread · arriving: bodies on their way in ·
sending: answers on their way out · unreadable: what is no HTTP
"""
