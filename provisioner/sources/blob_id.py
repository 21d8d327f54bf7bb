"""The id that git gives a file's bytes.

In: bytes. Out: hex digits. Nothing else.
"""

from __future__ import annotations

import hashlib


def blob_id(data: bytes, *, digits: int = 40) -> str:
    """sha1 over a small head and the bytes; sha256 where ids have 64 digits."""
    digest = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()
