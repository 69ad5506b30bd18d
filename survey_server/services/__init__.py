"""One function per use case that writes, or spans several tables; takes a Session."""
