"""The demo's own certificate authority: a CA made at start, a leaf for every asked name."""

import ipaddress
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["EXPIRED_HOST", "WRONG_NAME_HOST", "DemoAuthority"]

#: Hosts whose certificate no client may accept: out of date, and for another name.
EXPIRED_HOST = "expired-certificate.example"
WRONG_NAME_HOST = "wrong-certificate.example"

_DAY = timedelta(days=1)


class DemoAuthority:
    """A CA with one leaf key. `ca_file` (PEM) is what clients must trust; nothing else is.

    Leaf certificates are made when a name is first asked for by SNI, and kept in
    `folder` until the owner removes it; `expired` says at each handshake whether the name's is out of
    date. Safe to use from several threads.
    """

    def __init__(
        self, folder: Path, *, now: datetime | None = None, expired: Callable[[str], bool] = EXPIRED_HOST.__eq__
    ) -> None:
        self._folder, self._expired = folder, expired
        self._now = now or datetime.now(UTC)
        self._lock = threading.Lock()
        self._contexts: dict[tuple[str, bool], ssl.SSLContext] = {}
        self._ca_key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._ca = self._make_ca()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._ca.public_bytes(serialization.Encoding.PEM))
        self._key_pem = self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def server_context(self) -> ssl.SSLContext:
        """The context to accept with: it answers every name with that name's certificate."""
        context = self.context_for("localhost")

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            connection.context = self.context_for((name or "localhost").lower())

        context.sni_callback = choose
        return context

    def context_for(self, name: str) -> ssl.SSLContext:
        """The context that presents `name`'s certificate (made at the first call)."""
        key = (name, self._expired(name))
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = self._make_context(*key)
            return self._contexts[key]

    def _make_context(self, name: str, expired: bool) -> ssl.SSLContext:  # noqa: FBT001  # half of the key
        chain = self._folder / f"leaf-{len(self._contexts)}.pem"
        chain.touch(mode=0o600)
        # With the authority's own certificate: a client that knows only keys looks for it there.
        certificates = (self._make_leaf(name, expired=expired), self._ca)
        chain.write_bytes(
            self._key_pem + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _make_ca(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo web of embed-archiver")])
        usage = _key_usage(signs_certificates=True)
        return (
            self._builder(name, name, self._ca_key.public_key(), self._now - _DAY, self._now + 90 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._ca_key, hashes.SHA256())
        )

    def _make_leaf(self, name: str, *, expired: bool) -> x509.Certificate:
        start, end = self._now - _DAY, self._now + 60 * _DAY
        if expired:
            start, end = self._now - 30 * _DAY, self._now - 10 * _DAY
        shown = "somebody-else.example" if name == WRONG_NAME_HOST else name
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, shown[:64])])
        return (
            self._builder(subject, self._ca.subject, self._leaf_key.public_key(), start, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(shown)]), critical=False)
            .sign(self._ca_key, hashes.SHA256())
        )

    def _builder(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: ec.EllipticCurvePublicKey,
        start: datetime,
        end: datetime,
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._ca_key.public_key()), critical=False
            )
        )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
