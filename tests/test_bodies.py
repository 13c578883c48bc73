"""Bytes of media: what the page got is used again, and never for another address."""

import pytest
from odd_site import http
from storefixtures import exchange
from tap_world import HOST, world

from archiver.fetch.client import Client
from archiver.steps.bodies import Bodies, Body, Lack

URL = f"https://{HOST}/film.ts"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with world(tmp_path_factory.mktemp("bodies")) as made:
        made.route("/film.ts", http(b"asked for", media_type="video/mp2t"))
        yield made


@pytest.fixture
def bodies(site):
    """Of a post whose page asked for these."""
    with Client(proxy_url=site.lane.proxy_url, ca_file=site.tap.ca_file, user_agent="test/1") as client:
        yield lambda *exchanges: Bodies(exchanges, client=client, may_ask=lambda: True, most_bytes=1000)
    site.drain()


def test_what_the_page_got_is_not_asked_for_again(site, bodies):
    before = len(site.secure.heads)
    assert bodies(exchange(URL, b"seen")).get(URL).data == b"seen"
    assert len(site.secure.heads) == before
    assert bodies(exchange(f"https://{HOST}/other", b"seen")).get(URL).data == b"asked for"


@pytest.mark.parametrize("address", ["a:", "file:///etc/passwd", "//[x", "http://a b/film.ts"])
def test_what_is_no_address_of_the_web_has_no_body_whatever_odd_address_the_page_got(site, bodies, address):
    before = len(site.secure.heads)
    assert bodies(exchange("http://%/", b"odd")).get(address) == Body(lack=Lack.NOTHING, why="refused")
    assert len(site.secure.heads) == before
