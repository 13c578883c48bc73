"""A lane that closes just when a client comes: no connection is left to the garbage collector."""

import asyncio
import contextlib
import gc
import socket
import warnings

import pytest

from archiver.model.clock import system_clock
from archiver.tap import Limits
from archiver.tap.lane import Port
from archiver.tap.recording import Ledger
from archiver.tap.session import Services
from archiver.tap.upstream import Pool


def services():
    """What a lane shares, without what only a client that asks for something needs."""
    limits = Limits()
    ledger = Ledger(limits=limits, clock=system_clock)
    return Services(ledger=ledger, dialer=None, pool=Pool(keep_s=1), authority=None, limits=limits)


async def drain_and_close(port):
    await port.drain(0.1)
    await port.close()


async def after(turns, work):
    for _ in range(turns):
        await asyncio.sleep(0)
    await work


async def meeting(came, end, begun):
    """What clients hear that come after `came` turns of the loop from a port that begins to end after `begun`."""
    port = Port(services=services())
    ending = asyncio.ensure_future(after(begun, end(port)))
    await after(came, asyncio.sleep(0))
    clients = connected(port.number, 3)
    await ending
    return [heard(client) for client in clients]


def connected(number, count):
    """As many clients; none where nobody listens any more."""
    with contextlib.suppress(ConnectionRefusedError):
        return [socket.create_connection(("127.0.0.1", number), timeout=5) for _ in range(count)]
    return []


def heard(client):
    with client:
        try:
            return client.recv(1)
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("end", [Port.close, drain_and_close])
@pytest.mark.parametrize(("came", "begun"), [(0, turns) for turns in range(9)] + [(turns, 0) for turns in range(1, 9)])
def test_whoever_comes_about_the_end_is_hung_up_on(came, end, begun):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        assert set(asyncio.run(meeting(came, end, begun))) <= {b""}
        gc.collect()
    assert [str(warning.message) for warning in told] == []
