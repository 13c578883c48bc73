"""The address guard's judgement, without a network."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import pytest

from archiver.model.exchange import Failure
from archiver.tap import ConnectTo, EgressPolicy
from archiver.tap.addresses import address_in, is_public, is_web_port
from archiver.tap.failed import Failed
from archiver.tap.guard import Guard, Route

#: Every spelling of this machine that a URL can carry.
LOOPBACK_HOSTS = (
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "127.1",
    "127.0.1",
    "127.0.0.2",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0.0.0.0",  # nothing is bound here
    "0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::127.0.0.1]",
)
PRIVATE = [
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "4000::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "198.20.0.1",
    "::ffff:8.8.8.8",
    "2606:4700::1111",
    "2a00::1",
]


@pytest.fixture
def executor():
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def route(executor):
    """Where the guard sends host and port, or (failure, note)."""

    def decide(host, port=80, **policy):
        async def ask():
            guard = Guard(policy=EgressPolicy(**policy), executor=executor, names_s=60)
            try:
                return await guard.route(host, port)
            except Failed as failed:
                return failed.failure

        return asyncio.run(ask())

    return decide


def answers(*addresses):
    asked = []

    def resolve(host):
        asked.append(host)
        return addresses

    resolve.asked = asked
    return resolve


@pytest.mark.parametrize("text", PRIVATE)
def test_a_special_purpose_address_is_not_public(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_an_ordinary_address_is_public(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize("host", LOOPBACK_HOSTS)
def test_no_spelling_of_this_machine_is_let_through(route, host):
    assert route(host, resolve=answers("127.0.0.1")) is Failure.REFUSED


@pytest.mark.parametrize(
    "host", ["", "exa mple.com", "a..b", "-a.example", "ex\u00e4mple.com", "1.2.3.4.5", "[::1", "1.2.3.999"]
)
def test_what_is_no_host_is_refused(route, host):
    assert route(host, resolve=answers("93.184.216.34")) is Failure.REFUSED


@pytest.mark.parametrize(
    ("spelling", "address"),
    [("127.1", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("0300.0250.1", "192.168.0.1"), ("1.2.3", "1.2.0.3")],
)
def test_ipv4_is_read_as_browsers_read_it(spelling, address):
    assert str(address_in(spelling)) == address


def test_a_public_name_goes_to_its_own_addresses(route):
    assert route("News.Example.", 443, resolve=answers("93.184.216.34", "2606:4700::1")) == Route(
        ("93.184.216.34", "2606:4700::1"), 443
    )


def test_one_private_address_among_public_ones_refuses_the_name(route):
    assert route("news.example", resolve=answers("93.184.216.34", "10.0.0.7")) is Failure.REFUSED


def test_a_name_is_looked_up_once_even_by_many_at_a_time(executor):
    resolve = answers("93.184.216.34")

    async def ask():
        guard = Guard(policy=EgressPolicy(resolve=resolve), executor=executor, names_s=60)
        await asyncio.gather(*(guard.route("news.example", 443) for _ in range(5)))
        await guard.route("news.example", 443)

    asyncio.run(ask())
    assert resolve.asked == ["news.example"]


def test_a_name_without_an_address_is_not_resolved(route):
    def nothing(host):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    assert route("news.example", resolve=nothing) is Failure.NO_SUCH_NAME
    assert route("news.example", resolve=answers()) is Failure.NO_SUCH_NAME


@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM])
def test_a_look_up_that_failed_does_not_say_that_there_is_no_such_name(route, code):
    def trouble(host):
        raise socket.gaierror(code, "trouble")

    assert route("news.example", resolve=trouble) is Failure.NAME_NOT_RESOLVED


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 6667, 9200, 65536])
def test_ports_of_other_services_are_refused(route, port):
    assert not is_web_port(port)
    assert route("news.example", port, resolve=answers("93.184.216.34")) is Failure.REFUSED


@pytest.mark.parametrize("port", [80, 443, 8080, 8443, 3000])
def test_unusual_ports_of_web_sites_are_allowed(port):
    assert is_web_port(port)


def test_a_rule_leads_to_exactly_its_target(route):
    rule = ConnectTo.parse("x.com:443:127.0.0.1:8443")
    assert route("x.com", 443, connect_to=(rule,)) == Route(("127.0.0.1",), 8443)
    for host, port in (("x.com", 444), ("127.0.0.1", 8443), ("localhost", 8443), ("127.0.0.1", 443)):
        assert route(host, port, connect_to=(rule,), resolve=answers("127.0.0.1")) is Failure.REFUSED


def test_a_rule_for_any_host_covers_names_but_no_spelling_of_this_machine(route):
    rule = ConnectTo.parse("::127.0.0.1:8443")
    assert route("anything.example", 443, connect_to=(rule,)) == Route(("127.0.0.1",), 8443)
    for host in LOOPBACK_HOSTS:
        assert route(host, 443, connect_to=(rule,), resolve=answers("127.0.0.1")) is Failure.REFUSED


def test_a_rule_that_spells_a_private_address_opens_it(route):
    rule = ConnectTo.parse("127.0.0.1:80:127.0.0.1:8080")
    assert route("2130706433", 80, connect_to=(rule,)) == Route(("127.0.0.1",), 8080)


def test_a_rule_without_a_target_host_opens_nothing(route):
    rule = ConnectTo.parse("news.example:80::8080")
    assert route("news.example", 80, connect_to=(rule,), resolve=answers("10.0.0.1")) is Failure.REFUSED
    assert route("news.example", 80, connect_to=(rule,), resolve=answers("1.1.1.1")) == Route(("1.1.1.1",), 8080)


def test_the_first_rule_that_covers_wins(route):
    rules = (ConnectTo.parse("x.com::127.0.0.1:1000"), ConnectTo.parse("::127.0.0.1:2000"))
    assert route("x.com", 80, connect_to=rules) == Route(("127.0.0.1",), 1000)
    assert route("y.com", 80, connect_to=rules) == Route(("127.0.0.1",), 2000)


def test_an_allowed_host_may_be_private_but_only_by_its_name(route):
    allowed = ("intranet.example",)
    assert route("intranet.example", 8080, allow_hosts=allowed, resolve=answers("10.0.0.1")) == Route(
        ("10.0.0.1",), 8080
    )
    assert route("other.example", 8080, allow_hosts=allowed, resolve=answers("10.0.0.1")) is Failure.REFUSED
    assert route("10.0.0.1", 8080, allow_hosts=allowed) is Failure.REFUSED


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("X.com:443:127.0.0.1:8443", ConnectTo("x.com", 443, "127.0.0.1", 8443)),
        (":::", ConnectTo("", None, "", None)),
        ("[::1]:80:[2606:4700::1]:81", ConnectTo("::1", 80, "2606:4700::1", 81)),
    ],
)
def test_rules_are_written_as_curl_writes_them(text, rule):
    assert ConnectTo.parse(text) == rule


@pytest.mark.parametrize("text", ["", "a:1:b", "a:1:b:2:c", "a:x:b:2", "a:1:b:99999", "::1:80:b:2"])
def test_what_is_no_rule_raises(text):
    with pytest.raises(ValueError):  # noqa: PT011  # any message will do
        ConnectTo.parse(text)
