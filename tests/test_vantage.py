"""The second vantage, through a real little proxy: what is sent there, and what its failures are taken for."""

import asyncio
import contextlib

import pytest
from odd_site import Canary, OddSite, http
from probing import ask_all, ask_one, asking
from tap_world import HOST
from test_guard import LOOPBACK_HOSTS

from archiver.model.exchange import Failure
from archiver.model.fetched import Ask
from archiver.model.settings import Vantage
from archiver.tap import Limits
from archiver.tap.vantage import Proxy


class LittleProxy(OddSite):
    """CONNECT goes to `ports` by the port that was asked for, whole URLs are answered from `routes` by their path."""

    def __init__(self, ports):
        super().__init__()
        self.ports = ports
        self.verdict = "200 OK"

    async def _one(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, target = head.split(b" ")[:2]
        if method != b"CONNECT":
            writer.write(self.routes.get(b"/" + target.split(b"/", 3)[3], http(b"", status="404 Not Found")))
            return True
        writer.write(f"HTTP/1.1 {self.verdict}\r\n\r\n".encode())
        if self.verdict.startswith("2"):
            there = await asyncio.open_connection("127.0.0.1", self.ports[int(target.rpartition(b":")[2])])
            await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))
        return False


async def carry(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


def away(url):
    return Ask(url, elsewhere=True)


@pytest.fixture
def site(tmp_path):
    proxy = LittleProxy({})
    vantage = Vantage("abroad", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
    with asking(tmp_path, vantage=vantage, limits=Limits(connect_s=2.0, idle_s=1.0)) as (made, prober):
        made.proxy, made.prober = proxy, prober
        proxy.ports[443] = made.secure.port
        made.ask = lambda *asks: ask_all(prober, *asks)
        yield made
    proxy.close()


def test_https_goes_through_a_tunnel_and_is_verified_end_to_end(site):
    site.secure.routes["/page"] = http(b"from afar")
    answers = site.ask(away(f"https://{HOST}/page"), away(f"https://{HOST}/page?2"))
    assert [(a.status, a.body) for a in answers] == [(200, b"from afar")] * 2
    first = site.proxy.heads[0].decode()
    assert first.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n")
    assert "Proxy-Authorization: Basic bWU6cEBzcw==\r\n" in first
    assert not any(b"proxy" in head.lower() for head in site.secure.heads)


def test_http_is_asked_of_the_proxy_with_the_whole_url(site):
    site.proxy.routes[b"/page?x"] = http(b"from afar")
    [end] = site.prober.run([(1, talk_to(away(f"http://{HOST}/page?x")))], keep=True)
    assert (end.result.status, end.result.body, site.plain.heads) == (200, b"from afar", [])
    assert site.proxy.heads[0].startswith(f"GET http://{HOST}/page?x HTTP/1.1\r\nHost: {HOST}\r\n".encode())
    assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in site.proxy.heads[0]
    [exchange] = end.exchanges
    assert b"bWU6" not in exchange.request
    assert exchange.redacted == ("Proxy-Authorization",)
    assert exchange.note == "asked through the vantage abroad"
    exchange.response.close()


def talk_to(ask):
    return (yield ask)


def test_what_is_not_asked_from_elsewhere_goes_straight(site):
    site.route("/page", http(b"hello"))
    assert (site.ask(f"http://{HOST}/page")[0].body, site.proxy.heads) == (b"hello", [])


def test_this_machine_and_its_neighbours_are_not_asked_of_the_proxy_either(site):
    canary = Canary()
    hosts = (*LOOPBACK_HOSTS, "10.0.0.1", "169.254.169.254", "[fd00::1]", f"u@{HOST}@127.0.0.1")
    urls = [f"{scheme}://{host}:{canary.port}/" for host in hosts for scheme in ("http", "https")]
    urls += [f"http://{HOST}:22/", f"https://{HOST}:6379/"]
    assert {answer.failure for answer in site.ask(*map(away, urls))} == {Failure.REFUSED}
    assert (site.proxy.heads, canary.visits) == ([], 0)
    canary.close()


@pytest.mark.parametrize("verdict", ["407 Proxy Authentication Required", "502 Bad Gateway", "403 Forbidden"])
def test_a_proxys_refusal_is_not_the_sites(site, verdict):
    site.proxy.verdict = verdict
    [answer] = site.ask(away(f"https://{HOST}/page"))
    assert (answer.status, answer.failure) == (None, Failure.REFUSED)
    said = verdict.partition(" ")[0]
    assert answer.note == f"not asked: the proxy of the vantage abroad opened no tunnel: it answered HTTP {said}"


def test_a_proxy_that_is_not_there_is_not_the_sites_fault(tmp_path):
    with asking(tmp_path, vantage=Vantage("abroad", "http://127.0.0.1:1")) as (_, prober):
        answer = ask_one(prober, away(f"https://{HOST}/page"))
    assert answer.failure is Failure.REFUSED
    assert answer.note.startswith("not asked: the proxy of the vantage abroad can't be reached")


def test_a_proxy_that_keeps_silent_is_waited_for_in_bounds(site):
    site.proxy.verdict = "100 Continue"

    async def silence(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        return not await reader.read(1)

    site.proxy._one = silence
    [answer] = site.ask(away(f"https://{HOST}/page"))
    assert answer.failure is Failure.TIMED_OUT


def test_a_wrong_certificate_is_seen_through_the_tunnel(site):
    [answer] = site.ask(away("https://other.example/page"))
    assert (answer.failure, answer.note.partition(":")[0]) == (Failure.TLS, "certificate")


def test_without_a_vantage_nothing_is_asked_from_elsewhere(tmp_path):
    with asking(tmp_path) as (_, prober):
        answer = ask_one(prober, away(f"http://{HOST}/page"))
    assert (answer.failure, answer.note) == (Failure.REFUSED, "not asked: no second vantage is configured")


@pytest.mark.parametrize("proxy", ["", "socks5://h:1", "https://h:1", "http://", "h:8080", "http://h:99999"])
def test_what_is_no_http_proxy_is_said_at_once(tmp_path, proxy):
    with pytest.raises(ValueError, match=r".+"):
        Proxy.of(Vantage("abroad", proxy))


def test_a_proxys_password_is_not_in_what_is_printed():
    assert "p@ss" not in repr(Proxy.of(Vantage("abroad", "http://me:p%40ss@h:3128")))
