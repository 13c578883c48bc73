"""Two timestamp authorities (RFC 3161) under the names of real ones, with roots of the demo's own.

They answer for real: a request is read, and a CMS token made and signed, so that `openssl ts -verify` accepts
it. `fault` and `ahead_s` let one fail in the ways in which authorities do, or in which somebody
who plays one would.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from archiver.demo.wire import Reply, Request, text
from archiver.store.der import INTEGER, NULL, OCTETS, OID, SEQUENCE, SET, children, element, encode, integer

__all__ = ["Fault", "StampAuthority", "stamp_authorities"]

_DAY = timedelta(days=1)
_EXPLICIT, _CERTIFICATES, _SIGNED_ATTRIBUTES, _TIME, _UTF8 = 0xA0, 0xA0, 0xA0, 0x18, 0x0C
_SHA256, _ECDSA = bytes.fromhex("608648016503040201"), bytes.fromhex("2a8648ce3d040302")
_SIGNED_DATA, _TST_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE, _MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910022f")
_POLICY = bytes.fromhex("2b06010401c03f0101")
#: The same as dotted text: 1.3.6.1.4.1.8255.1.1.
POLICY = "1.3.6.1.4.1.8255.1.1"
_REJECTED = 2


class Fault(StrEnum):
    """How an authority fails."""

    NONE = "none"
    DOWN = "down"
    REJECTED = "rejected"
    GARBAGE = "garbage"
    #: It stamps something else, or answers somebody else's question.
    WRONG_IMPRINT = "wrong_imprint"
    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    #: Its certificate is out of date, not for timestamps, or of another root than it says.
    EXPIRED = "expired"
    WRONG_USAGE = "wrong_usage"
    OTHER_ROOT = "other_root"
    #: The token was altered after it was signed.
    WRONG_SIGNATURE = "wrong_signature"
    NO_CERTIFICATES = "no_certificates"


class StampAuthority:
    """One authority: its root, a signer below it, and its answers. Safe to use from several threads.

    `ca_file` (PEM, in `folder`) is what clients must trust. With `intermediate` its certificates are three, and are
    sent signer first, as some real authorities do against DER. `days` is how long the signer's is valid.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        url: str,
        intermediate: bool = False,
        days: int = 365,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name, self.url, self.fault, self.ahead_s, self.answered = name, url, Fault.NONE, 0.0, 0
        self._now, self._lock = now, threading.Lock()
        self._keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(4)]
        self._root = self._made(f"{name} root", None, self._keys[0], days=40 * 365)
        self._issuer, self._issuer_key = self._root, self._keys[0]
        self._between: list[x509.Certificate] = []
        if intermediate:
            self._issuer = self._made(f"{name} CA", (self._root, self._keys[0]), self._keys[3], days=20 * 365)
            self._issuer_key = self._keys[3]
            self._between = [self._issuer]
        self._in_order = not intermediate
        self.ca_file = folder / f"timestamps-{name}.pem"
        self.ca_file.write_bytes(self._root.public_bytes(Encoding.PEM))
        self.renew(days)

    @property
    def signer(self) -> x509.Certificate:
        """The certificate with which it signs now."""
        return self._leaf

    def renew(self, days: int = 365) -> None:
        """Get another certificate for the signer, valid for so many days."""
        self._leaf = self._signer((self._issuer, self._issuer_key), days=days)

    def reply(self, request: Request) -> Reply:
        """The reply of the whole host."""
        if request.method != "POST":
            return text("A timestamp authority takes POST only.\n", 405)
        if self.fault is Fault.DOWN:
            return text("Service Unavailable\n", 503)
        with self._lock:
            self.answered += 1
            return Reply(self.answer(request.body), "application/timestamp-reply")

    def answer(self, query: bytes) -> bytes:
        """The DER TimeStampResp to a TimeStampReq."""
        if self.fault is Fault.GARBAGE:
            return b"<html>Welcome</html>"
        if self.fault is Fault.REJECTED:
            told = encode(SEQUENCE, encode(_UTF8, b"too busy"))
            return encode(SEQUENCE, encode(SEQUENCE, integer(_REJECTED), told))
        imprint, nonce = _asked(query)
        if self.fault is Fault.WRONG_IMPRINT:
            imprint = imprint[:-1] + bytes([imprint[-1] ^ 1])
        if self.fault is Fault.WRONG_NONCE:
            nonce = integer(12345)
        if self.fault is Fault.NO_NONCE:
            nonce = b""
        info = encode(
            SEQUENCE,
            integer(1),
            encode(OID, _POLICY),
            imprint,
            integer(1000 + self.answered),
            encode(_TIME, self._time().strftime("%Y%m%d%H%M%SZ").encode()),
            encode(SEQUENCE, integer(1)),
            nonce,
        )
        return encode(SEQUENCE, encode(SEQUENCE, integer(0)), self._token(info))

    def _time(self) -> datetime:
        return self._now() + timedelta(seconds=self.ahead_s)

    def _token(self, info: bytes) -> bytes:
        leaf, sent = self._certificates()
        attributes = encode(
            SET,
            *sorted(
                (
                    _attribute(_CONTENT_TYPE, encode(OID, _TST_INFO)),
                    _attribute(_MESSAGE_DIGEST, encode(OCTETS, hashlib.sha256(info).digest())),
                    _attribute(_SIGNING_CERTIFICATE, _named(leaf)),
                )
            ),
        )
        signature = self._keys[1].sign(attributes, ec.ECDSA(hashes.SHA256()))
        if self.fault is Fault.WRONG_SIGNATURE:
            signature = self._keys[2].sign(attributes, ec.ECDSA(hashes.SHA256()))
        signer = encode(
            SEQUENCE,
            integer(1),
            encode(SEQUENCE, leaf.issuer.public_bytes(), integer(leaf.serial_number)),
            _algorithm(_SHA256),
            bytes((_SIGNED_ATTRIBUTES,)) + attributes[1:],
            encode(SEQUENCE, encode(OID, _ECDSA)),
            encode(OCTETS, signature),
        )
        content = encode(SEQUENCE, encode(OID, _TST_INFO), encode(_EXPLICIT, encode(OCTETS, info)))
        signed = encode(
            SEQUENCE, integer(3), encode(SET, _algorithm(_SHA256)), content, self._sent(sent), encode(SET, signer)
        )
        return encode(SEQUENCE, encode(OID, _SIGNED_DATA), encode(_EXPLICIT, signed))

    def _sent(self, certificates: Sequence[x509.Certificate]) -> bytes:
        coded = [one.public_bytes(Encoding.DER) for one in certificates]
        return encode(_CERTIFICATES, *(sorted(coded) if self._in_order else coded)) if coded else b""

    def _certificates(self) -> tuple[x509.Certificate, list[x509.Certificate]]:
        """The one that signs, and those that are sent along."""
        leaf, between = self._leaf, self._between
        if self.fault is Fault.EXPIRED:
            leaf = self._signer((self._issuer, self._issuer_key), days=-10)
        if self.fault is Fault.WRONG_USAGE:
            leaf = self._signer((self._issuer, self._issuer_key), usage=ExtendedKeyUsageOID.CODE_SIGNING)
        if self.fault is Fault.OTHER_ROOT:
            # Of the same name, and with another key.
            root = self._made(f"{self.name} root", None, self._keys[2], days=3650)
            leaf, between = self._signer((root, self._keys[2])), [root]
        return leaf, [] if self.fault is Fault.NO_CERTIFICATES else [leaf, *between]

    def _signer(
        self,
        issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
        *,
        days: int = 365,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING,
    ) -> x509.Certificate:
        return self._made(f"{self.name} signer", issuer, self._keys[1], days=days, usage=usage)

    def _made(
        self,
        name: str,
        issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
        key: ec.EllipticCurvePrivateKey,
        *,
        days: int,
        usage: x509.ObjectIdentifier | None = None,
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        begun = self._now() - 30 * _DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer[0].subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begun)
            .not_valid_after(self._now() + days * _DAY)
            .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def stamp_authorities(folder: Path) -> dict[str, StampAuthority]:
    """The two of the demo web, by host."""
    return {
        "freetsa.org": StampAuthority("freetsa", folder, url="https://freetsa.org/tsr"),
        "timestamp.digicert.com": StampAuthority(
            "digicert", folder, url="http://timestamp.digicert.com/", intermediate=True
        ),
    }


def _asked(query: bytes) -> tuple[bytes, bytes]:
    """The message imprint and the nonce of a TimeStampReq, each as it stands there."""
    parts = list(children(query, element(query)))
    imprint = query[parts[1].start : parts[1].end]
    nonces = [query[one.start : one.end] for one in parts[2:] if one.tag == INTEGER]
    return imprint, nonces[0] if nonces else b""


def _attribute(kind: bytes, value: bytes) -> bytes:
    return encode(SEQUENCE, encode(OID, kind), encode(SET, value))


def _named(certificate: x509.Certificate) -> bytes:
    """A SigningCertificateV2 (RFC 5816): by its SHA-256."""
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
    return encode(SEQUENCE, encode(SEQUENCE, encode(SEQUENCE, encode(OCTETS, digest))))


def _algorithm(identifier: bytes) -> bytes:
    return encode(SEQUENCE, encode(OID, identifier), encode(NULL))
