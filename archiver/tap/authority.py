"""The certificate authority of one run: it vouches for every host, to our own clients only."""

import base64
import hashlib
import itertools
import ssl
from collections import OrderedDict
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["Authority", "spki_of_bundle"]

# The keys live as long as the run, so the dates say nothing: wide ones spare us a wrong clock.
_FROM = datetime(2000, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2049, 12, 31, tzinfo=UTC)
_HOSTS_KEPT = 1000


class Authority:
    """Signs a leaf certificate for any host with ONE leaf key, whose digest the browser is told.

    Not thread-safe. `ca_file` is the authority in PEM, `spki_sha256` the base64 SHA-256
    of the leaf key's SubjectPublicKeyInfo (`--ignore-certificate-errors-spki-list`).
    The authority's own key never leaves memory; `folder` must be private.
    """

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._make_certificate()
        self._leaf_key_pem = self._leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._folder = folder
        self._numbers = itertools.count()
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        self.spki_sha256 = _spki_sha256(self._leaf_key.public_key())
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def context_for(self, host: str) -> ssl.SSLContext:
        """What a TLS server called `host` uses; the 1,000 hosts used last are remembered."""
        context = self._contexts.get(host)
        if context is None:
            context = self._contexts[host] = self._make_context(host)
            if len(self._contexts) > _HOSTS_KEPT:
                self._contexts.popitem(last=False)
        self._contexts.move_to_end(host)
        return context

    def _make_context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        # Every capture starts with a fresh browser context, which could not resume a session.
        context.num_tickets = 0
        # `load_cert_chain` reads files only.
        file = self._folder / f"leaf-{next(self._numbers)}.pem"
        file.write_bytes(self._make_leaf(host).public_bytes(Encoding.PEM) + self._leaf_key_pem)
        try:
            context.load_cert_chain(file)
        finally:
            file.unlink()
        return context

    def _make_leaf(self, host: str) -> x509.Certificate:
        return (
            _builder("recording proxy", self._certificate.subject)
            .public_key(self._leaf_key.public_key())
            .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, SHA256())
        )

    def _make_certificate(self) -> x509.Certificate:
        name = _name("embed-archiver, authority of one run")
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            _builder("embed-archiver, authority of one run", name)
            .public_key(self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, SHA256())
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(common: str, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def spki_of_bundle(bundle: Path | None) -> tuple[str, ...]:
    """Base64 SHA-256 of the public key of each certificate in a PEM file; () without one."""
    if bundle is None:
        return ()
    return tuple(_spki_sha256(one.public_key()) for one in x509.load_pem_x509_certificates(bundle.read_bytes()))


def _spki_sha256(key: CertificatePublicKeyTypes) -> str:
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode("ascii")
