"""TLS on both sides of the tap, and WebSockets through it."""

import base64
import hashlib
import socket
import ssl
import threading

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from odd_site import Canary, OddSite, http, make_certificate
from tap_world import HOST, read_all, stored, world

from archiver.model.clock import system_clock
from archiver.model.digests import sha256
from archiver.model.exchange import Failure, Truncation
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

HANDSHAKE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with world(tmp_path_factory.mktemp("tls")) as made:
        yield made


def leaf_seen_by_client(lane, ca_file, host):
    """The certificate (DER) that the tap shows for `host`, verified as a client does."""
    port = int(lane.proxy_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        assert connection.recv(1000) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        context = ssl.create_default_context(cafile=ca_file)
        with context.wrap_socket(connection, server_hostname=host.strip("[]")) as secured:
            assert secured.selected_alpn_protocol() is None or secured.selected_alpn_protocol() == "http/1.1"
            return secured.getpeercert(binary_form=True)


@pytest.mark.parametrize(
    "host", ["news.example", "under_score.example", "1.1.1.1", "[2606:4700::1111]", "a" * 60 + ".example"]
)
def test_every_host_has_a_certificate_that_verifies_and_one_key(site, host):
    certificate = x509.load_der_x509_certificate(leaf_seen_by_client(site.lane, site.tap.ca_file, host))
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64encode(hashlib.sha256(key).digest()).decode() == site.tap.spki_sha256.split(",")[0]


def test_the_sites_certificate_and_protocols_are_recorded(site):
    site.route("/tls", http(b""))
    site.session.get(f"https://{HOST}/tls")
    exchange = site.one()
    certificate = x509.load_pem_x509_certificate(site.pem.read_bytes())
    assert exchange.certificates == (sha256(certificate.public_bytes(Encoding.DER)),)
    assert exchange.protocols == ("http/1.1", "tls/1.3")


@pytest.mark.parametrize(
    ("hosts", "days", "trusted", "note"),
    [
        (["other.example"], 30, True, "certificate: Hostname mismatch, certificate is not valid for 'bad.example'."),
        (["bad.example"], -1, True, "certificate: certificate has expired"),
        (["bad.example"], 30, False, "certificate: self-signed certificate"),
    ],
)
def test_a_site_that_cannot_prove_its_name_is_a_tls_failure(tmp_path, hosts, days, trusted, note):
    pem, context = make_certificate(tmp_path, hosts, days=days)
    bad = OddSite(context)
    rule = ConnectTo.parse(f"bad.example:443:127.0.0.1:{bad.port}")
    policy = EgressPolicy(connect_to=(rule,), ca_bundle=pem if trusted else None)
    try:
        with Tap(policy=policy, limits=Limits(), clock=system_clock) as tap, tap.lane() as lane:
            answer = requests.get("https://bad.example/", proxies={"https": lane.proxy_url}, verify=str(tap.ca_file))
            assert answer.headers["archiver-failure"] == "tls"
            (exchange,) = lane.drain(5)
            assert (exchange.failure, exchange.note, exchange.request) == (Failure.TLS, note, b"")
            assert bad.heads == []
    finally:
        bad.close()


def test_a_site_that_speaks_no_tls_is_a_tls_failure():
    talkative = Canary()
    rule = ConnectTo.parse(f"plain.example:443:127.0.0.1:{talkative.port}")
    with Tap(policy=EgressPolicy(connect_to=(rule,)), limits=Limits(), clock=system_clock) as tap, tap.lane() as lane:
        answer = requests.get("https://plain.example/", proxies={"https": lane.proxy_url}, verify=str(tap.ca_file))
        assert answer.headers["archiver-failure"] == "tls"
    talkative.close()


def test_nothing_of_the_tap_is_left_after_it(tmp_path):
    threads = threading.active_count()
    tap = Tap(policy=EgressPolicy(), limits=Limits(), clock=system_clock)
    lane = tap.lane()
    folder = tap.ca_file.parent
    assert folder.stat().st_mode & 0o077 == 0
    tap.close()
    tap.close()
    lane.close()
    assert not folder.exists()
    assert threading.active_count() == threads


# --- WebSockets ---------------------------------------------------------------------------------


async def shout(reader, writer, head, body):
    """Answers every frame in capitals, until `bye`."""
    writer.write(HANDSHAKE)
    while data := await reader.read(1000):
        writer.write(data.upper())
        if data == b"bye":
            return False
    return False


def upgraded(site, scheme):
    """A connection through the tap on which a WebSocket was opened."""
    connection = site.connect()
    port = 443 if scheme == "wss" else 80
    connection.sendall(f"CONNECT {HOST}:{port} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    if scheme == "wss":
        context = ssl.create_default_context(cafile=site.tap.ca_file)
        connection = context.wrap_socket(connection, server_hostname=HOST)
    connection.sendall(
        b"GET /ws HTTP/1.1\r\nHost: site.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    return connection, connection.recv(1000)


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_websocket_carries_both_ways_and_what_the_site_says_is_recorded(site, scheme):
    site.route("/ws", shout)
    connection, answer = upgraded(site, scheme)
    assert answer == HANDSHAKE
    with connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"HELLO"
        connection.sendall(b"bye")
        assert read_all(connection) == b"BYE"
    exchange = site.one()
    assert (exchange.uri, exchange.status) == (f"{scheme}://{HOST}/ws", 101)
    assert (exchange.failure, exchange.truncated) == (None, None)
    assert stored(exchange) == HANDSHAKE + b"HELLOBYE"
    assert exchange.payload_digest == sha256(b"HELLOBYE")


def test_a_websocket_ends_with_its_client_and_that_is_no_failure(site):
    site.route("/ws", shout)
    connection, _ = upgraded(site, "wss")
    connection.close()
    exchange = site.one()
    assert (exchange.status, exchange.failure, exchange.truncated) == (101, None, None)


def test_a_websocket_that_goes_on_is_cut_at_the_drain(site):
    site.route("/ws", shout)
    connection, _ = upgraded(site, "ws")
    with connection:
        exchange = site.one(timeout_s=0.05)
        assert (exchange.status, exchange.truncated) == (101, Truncation.TIME)
        assert read_all(connection) == b""


def test_a_refused_upgrade_is_an_ordinary_answer(site):
    site.route("/ws", http(b"no", status="403 Forbidden"))
    connection, answer = upgraded(site, "ws")
    connection.close()
    assert answer == http(b"no", status="403 Forbidden")
    exchange = site.one()
    assert (exchange.status, exchange.payload_digest) == (403, sha256(b"no"))
