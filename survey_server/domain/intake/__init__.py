"""What a tablet may send, and what becomes of it.

unpacking: bytes off the wire, bounded · bounds: JSON, bounded · items: the batch and its
submissions, one by one · outcomes: what a submission is answered.
"""
