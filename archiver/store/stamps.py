"""Timestamps (RFC 3161): the question, and whether an answer holds.

Parsing and signatures are rfc3161-client's and OpenSSL's
work; the chain of certificates is walked here once more, so that no single fault lets a false one pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import TimeStampResponse

from archiver.store.der import BOOLEAN, NULL, OCTETS, OID, SEQUENCE, children, element, encode, integer

__all__ = ["Stamp", "chain_pem", "check_stamp", "earliest_expiry", "stamp_query"]

_SHA256 = "2.16.840.1.101.3.4.2.1"
_SHA256_DER = bytes.fromhex("608648016503040201")
_CERTIFICATES = 0xA0
_MOST_CERTIFICATES = 16
#: What the libraries raise for odd bytes besides ValueError: an unknown kind of text in a name is a KeyError.
_UNREADABLE = (
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
    ArithmeticError,
    LookupError,
    TypeError,
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a timestamp that was checked says.

    `at` is the authority's time and `accuracy_s` how far off it may be by its own word (0: not told);
    `expires_at` is when the first of the certificates in `chain` (signer first, root last) does;
    `others` came along and are not needed.
    """

    at: datetime
    accuracy_s: float
    policy: str
    serial: int
    signer: str
    expires_at: datetime
    chain: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...] = ()


def stamp_query(digest: bytes, *, nonce: int, policy: str | None = None) -> bytes:
    """A TimeStampReq for a SHA-256, which asks for the certificates too (RFC 3161 §2.4.1)."""
    algorithm = encode(SEQUENCE, encode(OID, _SHA256_DER), encode(NULL))
    asked = [x509.ObjectIdentifier(policy)] if policy else []
    return encode(
        SEQUENCE,
        integer(1),
        encode(SEQUENCE, algorithm, encode(OCTETS, digest)),
        *(_oid(one) for one in asked),
        integer(nonce),
        encode(BOOLEAN, b"\xff"),
    )


def check_stamp(
    data: bytes,
    digest: bytes,
    *,
    trusted: Sequence[x509.Certificate],
    nonce: int | None = None,
    policy: str | None = None,
    signer: str | None = None,
) -> Stamp:
    """What an authority's answer (a DER TimeStampResp) says of these 32 bytes, if all of this holds:

    1. It was granted, and is of this very SHA-256. 2. It repeats the nonce, if one is given.
    3. It is under the policy asked for. 4. The certificate that signed it is made for timestamps and
    nothing else, and its common name is `signer`. 5. Signature and chain hold at the time that it
    states, up to one of the `trusted` roots (self-signed ones; others among them only lead there).

    Raises ValueError that says which does not.
    """
    try:
        return _checked(data, digest, trusted, nonce=nonce, policy=policy, signer=signer)
    except _UNREADABLE as error:
        raise ValueError(f"it can't be read ({type(error).__name__})") from None


def _checked(
    data: bytes,
    digest: bytes,
    trusted: Sequence[x509.Certificate],
    *,
    nonce: int | None,
    policy: str | None,
    signer: str | None,
) -> Stamp:
    answer = _read(data)
    info = answer.tst_info
    # 1.
    imprint = info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != digest:
        raise ValueError("it is a timestamp of something else")
    # 2.
    if nonce is not None and info.nonce != nonce:
        raise ValueError("it does not answer this question: its nonce is another one")
    # 3.
    if policy is not None and info.policy.dotted_string != policy:
        raise ValueError(f"it is under the policy {info.policy.dotted_string}")
    # 4.
    brought = _certificates(answer)
    leaf = _signer(answer, (*brought, *trusted))
    _check_purpose(leaf, signer)
    # 5.
    # What is trusted first: an authority may send a root as another one has signed it, too.
    chain = _chain(leaf, (*trusted, *brought), trusted, info.gen_time)
    _verify(answer, digest, chain)
    accuracy = info.accuracy
    return Stamp(
        at=info.gen_time,
        accuracy_s=_seconds(accuracy) if accuracy is not None else 0.0,
        policy=info.policy.dotted_string,
        serial=info.serial_number,
        signer=leaf.subject.rfc4514_string(),
        expires_at=min(one.not_valid_after_utc for one in chain),
        chain=chain,
        others=tuple(sorted(set(brought) - set(chain), key=_der)),
    )


def earliest_expiry(data: bytes) -> datetime | None:
    """When the first of the certificates that an answer brought expires; quick, and nothing is checked."""
    try:
        return min((one.not_valid_after_utc for one in _certificates(_read(data))), default=None)
    except (ValueError, *_UNREADABLE):
        return None


def chain_pem(stamp: Stamp) -> bytes:
    """The certificates of a timestamp as they are kept: signer first, its root, then what else came along."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in (*stamp.chain, *stamp.others))


def _read(data: bytes) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(_sorted(data))
        status = answer.status
        if status == 0:
            answer.tst_info  # noqa: B018  # raises where there is none
    except (ValueError, TypeError):
        raise ValueError("it is no answer of a timestamp authority") from None
    if status != 0:
        told = "; ".join(answer.status_string) or "no reason given"
        raise ValueError(f"it was not granted: status {status} ({told})")
    return answer


def _sorted(data: bytes) -> bytes:
    """The answer with its certificates in the order of DER, in which rfc3161-client wants them.

    Some authorities, DigiCert's for one, send them signer first. They are not under the signature.
    """
    try:
        _status, token = children(data, element(data))
        _kind, content = children(data, token)
        (signed,) = children(data, content)
        for part in children(data, signed):
            if part.tag == _CERTIFICATES:
                ordered = sorted(data[one.start : one.end] for one in children(data, part))
                return data[: part.body] + b"".join(ordered) + data[part.end :]
    except ValueError:
        pass
    return data


def _certificates(answer: TimeStampResponse) -> tuple[x509.Certificate, ...]:
    found = sorted(answer.signed_data.certificates)
    if len(found) > _MOST_CERTIFICATES:
        raise ValueError("it brings more certificates than a chain has")
    try:
        return tuple(x509.load_der_x509_certificate(bytes(one)) for one in found)
    except ValueError:
        raise ValueError("it brings a certificate that can't be read") from None


def _signer(answer: TimeStampResponse, known: Sequence[x509.Certificate]) -> x509.Certificate:
    signers = list(answer.signed_data.signer_infos)
    if len(signers) != 1:
        raise ValueError(f"it has {len(signers)} signers")
    named = (signers[0].issuer, signers[0].serial_number)
    leaf = next((one for one in known if (one.issuer, one.serial_number) == named), None)
    if leaf is None:
        raise ValueError("the certificate that signed it did not come along")
    return leaf


def _check_purpose(leaf: x509.Certificate, signer: str | None) -> None:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        raise ValueError("the certificate that signed it says nothing of timestamps") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("the certificate that signed it is not for timestamps alone")
    names = [str(one.value) for one in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if signer is not None and names != [signer]:
        raise ValueError(f"{', '.join(names) or 'nobody'} signed it, and not {signer}")


def _chain(
    leaf: x509.Certificate, known: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime
) -> tuple[x509.Certificate, ...]:
    """From the signer to a trusted root, each certificate valid at that time."""
    chain = [leaf]
    while not _is_root(chain[-1]) and len(chain) <= _MOST_CERTIFICATES:
        issuer = next((one for one in known if one not in chain and _issued(one, chain[-1])), None)
        if issuer is None:
            raise ValueError("its certificates lead to no root that is trusted")
        chain.append(issuer)
    if not _is_root(chain[-1]) or chain[-1] not in trusted:
        raise ValueError("its certificates lead to no root that is trusted")
    for one in chain:
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise ValueError(f"the certificate {one.subject.rfc4514_string()} was not valid at {at:%Y-%m-%d %H:%M}Z")
    return tuple(chain)


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def _verify(answer: TimeStampResponse, digest: bytes, chain: Sequence[x509.Certificate]) -> None:
    verifier = VerifierBuilder(tsa_certificate=chain[0], intermediates=list(chain[1:-1]), roots=[chain[-1]]).build()
    try:
        verifier.verify(answer, digest)
    except (VerificationError, ValueError):
        raise ValueError("its signature does not hold") from None


def _seconds(accuracy: object) -> float:
    parts = (("seconds", 1.0), ("millis", 1e-3), ("micros", 1e-6))
    return sum((getattr(accuracy, name) or 0) * unit for name, unit in parts)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _oid(identifier: x509.ObjectIdentifier) -> bytes:
    first, second, *rest = map(int, identifier.dotted_string.split("."))
    numbers = [40 * first + second, *rest]
    return encode(OID, b"".join(map(_base128, numbers)))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
