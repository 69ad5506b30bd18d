"""The server a national statistics office runs its field surveys on."""
