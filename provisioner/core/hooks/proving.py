"""Whether a delivery shows that its sender knows one of the hook's secrets.

In: bytes, what the request carries, the secrets' texts. Out: a proof. Every secret is compared, in constant time, whether or not an earlier
one fits; an empty one fits nothing, since anybody can sign with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from provisioner.core.hooks.values import Delivery, Proof, Rule

SHA256 = "sha256="
TOLERANCE = 300.0
"""Seconds that a signed time may be away from ours; as Standard Webhooks advises."""
_WHSEC = "whsec_"
_MOST_SIGNATURES = 8
_LONGEST_STAMP = 12


def digest(secret: str, signed: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes. A secret is text and is keyed by its UTF-8 bytes, as every vendor does."""
    return hmac.digest(_bytes(secret), signed, hashlib.sha256)


def same(given: str, expected: str) -> bool:
    """Whether what a header says is the expected text, in constant time."""
    return hmac.compare_digest(_sent(given), _bytes(expected))


def any_fits(fits: list[bool]) -> Proof:
    """RIGHT when one of these, all of which are known already, is true."""
    return Proof.RIGHT if any(fits) else Proof.WRONG


def usable(rule: Rule) -> tuple[str, ...]:
    """The secrets that can prove anything."""
    return tuple(each for each in rule.secrets if each)


def hex_proof(given: str, signed: bytes, rule: Rule, prefix: str = "") -> Proof:
    """A signature as lower-case hex, after `prefix`, which is how these vendors write it: nothing else is accepted."""
    if not given:
        return Proof.ABSENT
    return any_fits([same(given, prefix + digest(secret, signed).hex()) for secret in usable(rule)])


def loose_proof(given: str, signed: bytes, rule: Rule) -> Proof:
    """A signature as hex of either case, with or without "sha256=", or as base64 with or without it."""
    if not given:
        return Proof.ABSENT
    bare = given.removeprefix(SHA256)
    fits: list[bool] = []
    for secret in usable(rule):
        right = digest(secret, signed)
        spellings = (right.hex(), right.hex().upper(), base64.b64encode(right).decode(), base64.urlsafe_b64encode(right).decode())
        fits += [same(bare, each) for each in spellings]
    return any_fits(fits)


def token_proof(given: str, rule: Rule) -> Proof:
    """The secret itself, which GitLab sends as it is: the body is not signed."""
    if not given:
        return Proof.ABSENT
    return any_fits([same(given, secret) for secret in usable(rule)])


def basic_proof(given: str, rule: Rule) -> Proof:
    """User and password (RFC 7617). The body is not signed."""
    scheme, _, encoded = given.strip().partition(" ")
    if scheme.lower() != "basic" or not encoded:
        return Proof.ABSENT
    expected = [base64.b64encode(_bytes(f"{rule.user}:{secret}")).decode() for secret in usable(rule)]
    return any_fits([same(encoded.strip(), each) for each in expected])


def standard_proof(delivery: Delivery, rule: Rule) -> Proof:
    """The Standard Webhooks form, which GitLab's signing token takes: "v1,BASE64", several of them apart by spaces, over
    "ID.TIMESTAMP.BODY", keyed by the bytes after "whsec_". STALE only after a right signature: a stranger learns nothing of our clock.
    """
    given = delivery.headers.get("webhook-signature", "")
    if not given:
        return Proof.ABSENT
    stamp = delivery.headers.get("webhook-timestamp", "")
    signed = b".".join((_sent(delivery.headers.get("webhook-id", "")), _sent(stamp), delivery.body))
    fits = [
        same(each, "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode())
        for key in (_standard_key(secret) for secret in usable(rule))
        if key
        for each in given.split(" ")[:_MOST_SIGNATURES]
    ]
    if any_fits(fits) is Proof.WRONG:
        return Proof.WRONG
    plain = stamp.isascii() and stamp.isdigit() and len(stamp) <= _LONGEST_STAMP
    return Proof.RIGHT if plain and abs(delivery.now - int(stamp)) <= TOLERANCE else Proof.STALE


def _standard_key(secret: str) -> bytes:
    """The key in a signing token; empty when this secret is no signing token."""
    if not secret.startswith(_WHSEC):
        return b""
    try:
        return base64.b64decode(secret.removeprefix(_WHSEC), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _bytes(text: str) -> bytes:
    """UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def _sent(header: str) -> bytes:
    """A header's value as it came over the wire: it was read as Latin-1, and "ü" in a token comes as two bytes."""
    try:
        return header.encode("latin-1")
    except UnicodeEncodeError:
        return _bytes(header)
