"""How a submission that comes by itself is a batch: under which id, and with which body."""

import gzip
import hashlib
import uuid

from survey_server.services.interviews.reading import XML_GZIP

__all__ = ["XML_GZIP", "batch_id_of", "packed"]


def batch_id_of(sha256: bytes, instance_id: uuid.UUID) -> uuid.UUID:
    """The same bytes from the same tablet are the same batch, whenever they come."""
    return uuid.UUID(bytes=hashlib.sha256(sha256 + instance_id.bytes).digest()[:16])


def packed(xml: bytes) -> bytes:
    return gzip.compress(xml, compresslevel=1, mtime=0)
