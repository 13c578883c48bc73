"""The few bytes of a timestamp that its signature does not cover, and that say nothing: they must be what they are.

Versions and the name of the signature's algorithm (RFC 5652 §5) can be altered without any reader of
timestamps noticing. It changes nothing that the timestamp says, and yet the file is not what was kept.
"""

from archiver.store.der import OID, SEQUENCE, Element, children, element, integer

__all__ = ["token_problem"]

_RSA, _ECDSA = "2a864886f70d0101", "2a8648ce3d0403"
_SHA2 = "6086480165030402"
#: Algorithm of a signature → that of the digest under it, as DER bodies (RFC 5754, RFC 8419); "" for any.
_DIGESTS = {
    **{f"{_RSA}{last}": f"{_SHA2}{digest}" for last, digest in (("0b", "01"), ("0c", "02"), ("0d", "03"))},
    **{f"{_ECDSA}{last}": f"{_SHA2}{digest}" for last, digest in (("02", "01"), ("03", "02"), ("04", "03"))},
    f"{_RSA}01": "",
    f"{_RSA}0a": "",
    "2b6570": "",
}
#: RSASSA-PSS alone has parameters.
_PSS = f"{_RSA}0a"
_ATTRIBUTES = 0xA0


def token_problem(data: bytes) -> str | None:
    """What is wrong around the signature of an answer (a DER TimeStampResp) that is good else."""
    try:
        _status, token = children(data, element(data))
        _kind, content = children(data, token)
        (signed,) = children(data, content)
        version, *_others, signers = children(data, signed)
        (signer,) = children(data, signers)
        own_version, _name, digest, *rest = children(data, signer)
        algorithm = next(one for one in rest if one.tag != _ATTRIBUTES)
    except (ValueError, StopIteration):
        return "it is not built like a timestamp"
    versions = [data[one.start : one.end] for one in (version, own_version)]
    # 3, because what is signed is no plain data; 1, because the signer is named by issuer and number.
    if versions != [integer(3), integer(1)]:
        return "its versions are not those of a timestamp"
    return None if _fits(data, algorithm, digest) else "its signature is said to be of another algorithm"


def _fits(data: bytes, algorithm: Element, digest: Element) -> bool:
    name, *parameters = children(data, algorithm)
    said = data[name.body : name.end].hex()
    under = next(children(data, digest))
    wanted = _DIGESTS.get(said)
    return (
        name.tag == OID
        and wanted is not None
        and wanted in {"", data[under.body : under.end].hex()}
        and (said == _PSS) == any(one.tag == SEQUENCE for one in parameters)
    )
