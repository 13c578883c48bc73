"""A tap between real clients and real sites on loopback, under names that only it can resolve."""

import contextlib
import socket
import time

import requests
from odd_site import OddSite, make_certificate

from archiver.model.clock import system_clock
from archiver.model.exchange import Failure
from archiver.tap import ConnectTo, EgressPolicy, Limits, Tap

HOST = "site.example"


def nobody_resolves(host):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class World:
    """`plain` and `secure` are the sites of `site.example`, on their real ports behind the tap."""

    def __init__(self, folder, *, limits=None, resolve=nobody_resolves, rules=(), allow_hosts=()):
        self.pem, context = make_certificate(folder, [HOST])
        self.plain, self.secure = OddSite(), OddSite(context)
        named = (
            f"{HOST}:80:127.0.0.1:{self.plain.port}",
            f"{HOST}:443:127.0.0.1:{self.secure.port}",
            # Names for the tests that must begin without a kept connection.
            f"fresh.example:80:127.0.0.1:{self.plain.port}",
            f"new.example:80:127.0.0.1:{self.plain.port}",
        )
        policy = EgressPolicy(
            connect_to=tuple(ConnectTo.parse(rule) for rule in (*rules, *named)),
            allow_hosts=allow_hosts,
            ca_bundle=self.pem,
            resolve=resolve,
        )
        self.tap = Tap(policy=policy, limits=limits or Limits(), clock=system_clock)
        self.lane = self.tap.lane()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.proxies = {"http": self.lane.proxy_url, "https": self.lane.proxy_url}
        self.session.verify = str(self.tap.ca_file)
        self._drained = []

    def route(self, path, answer, *, closing=False):
        """Both sites answer `path` so."""
        for site in (self.plain, self.secure):
            site.routes[path] = answer
            if closing:
                site.closing.add(path)

    def drain(self, timeout_s=5):
        exchanges = self.lane.drain(timeout_s)
        self._drained.extend(exchanges)
        return exchanges

    def one(self, timeout_s=5):
        """The only exchange since the last drain, but for those that found a kept connection dead."""
        *dead, exchange = self.drain(timeout_s)
        assert [(item.failure, item.response) for item in dead] == [(Failure.CONNECTION_RESET, None)] * len(dead)
        return exchange

    def connect(self):
        return socket.create_connection(("127.0.0.1", int(self.lane.proxy_url.rpartition(":")[2])), timeout=10)

    def raw(self, request):
        """Everything that comes back for raw bytes sent to the proxy, until it closes."""
        with self.connect() as connection:
            connection.sendall(request)
            return read_all(connection)

    def close(self):
        for exchange in self._drained:
            if exchange.response is not None:
                exchange.response.close()
        self.session.close()
        self.tap.close()
        self.plain.close()
        self.secure.close()


@contextlib.contextmanager
def world(folder, **options):
    made = World(folder, **options)
    try:
        yield made
    finally:
        made.close()


def read_all(connection):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            data += piece
    return data


def stored(exchange):
    """The response's bytes as recorded."""
    exchange.response.seek(0)
    return exchange.response.read()


def eventually(claim, deadline_s=10):
    """Wait until `claim()` is true."""
    end = time.monotonic() + deadline_s
    while not claim():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
