"""What the quick look takes for canonical JSON is what RFC 8785 says, and it takes nearly everything that is stored."""

import json
import random

import pytest
import rfc8785
from storefixtures import capture_draft, observation, post, ticking_clock

from archiver.store import canonical as module
from archiver.store.canonical import object_line, read_canonical

CHARACTERS = ["a", "b", '"', "\\", "\n", "\x01", "\x7f", "é", "\ue000", "😀", "\ud83d", "/", "\u2028"]
INTEGERS = [0, 1, -1, 2**53, 2**53 - 1, -(2**53), 10**15, 10**16 - 1, 123456789012345, 10**20]
FLOATS = [0.5, 1.0, 1e-5, 1e-7, 1e16, 1e21, 0.1 + 0.2, -0.0, 123.456, 5e-324, 1.5e300, 1234567890123456.5, 0.0001]


def by_the_standard(data):
    try:
        value = json.loads(data)
        same = rfc8785.dumps(value) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        return "refused"
    return value if same else "refused"


def by_us(data):
    try:
        return read_canonical(data)
    except ValueError:
        return "refused"


def text(chance):
    return "".join(chance.choice(CHARACTERS) for _ in range(chance.randrange(4)))


def value(chance, depth=0):
    kind = chance.randrange(6 if depth > 3 else 10)
    if kind < 2:
        return text(chance)
    if kind < 6:
        return chance.choice([INTEGERS, FLOATS, [True, False, None], [7]][kind - 2])
    if kind < 8:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {text(chance): value(chance, depth + 1) for _ in range(chance.randrange(4))}


def forms(one):
    """The same value as several writers write it."""
    options = ({"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True}, {}, {"separators": (",", ":")})
    writers = [rfc8785.dumps, *(lambda it, given=given: json.dumps(it, **given).encode() for given in options)]
    for write in writers:
        try:
            yield write(one)
        except (ValueError, rfc8785.CanonicalizationError):
            continue


def test_every_form_is_judged_as_the_standard_does():
    chance, judged = random.Random(8785), 0
    for _ in range(20_000):
        for data in forms(value(chance)):
            assert repr(by_us(data)) == repr(by_the_standard(data)), data
            judged += 1
    assert judged > 60_000


@pytest.mark.parametrize(
    "data",
    [
        b"-0",
        b"[1e2]",
        b"[NaN]",
        b"[-Infinity]",
        b'{"a":1,"a":1}',
        b"[0.10]",
        b'{"a":1}\n',
        b" 1",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b"\xef\xbb\xbf1",
        b"9007199254740993",
        '{"\ue000":1,"😀":2}'.encode(),
        '{"😀":2,"\ue000":1}'.encode(),
        b"[" * 5_000 + b"]" * 5_000,
        b"",
        b"\xff",
    ],
)
def test_odd_forms_are_judged_as_the_standard_does(data):
    assert repr(by_us(data)) == repr(by_the_standard(data))


def test_what_is_stored_is_told_at_a_glance(monkeypatch):
    """The slow way is for what hardly ever comes."""
    clock = ticking_clock()
    run = type("Run", (), {"run_id": "20261122T101530Z-run-0001"})()
    lines = [object_line(observation(run, clock), type="observation"), object_line(capture_draft(run, clock, post()))]
    monkeypatch.setattr(module, "canonical", None)
    assert [read_canonical(line) for line in lines] == [json.loads(line) for line in lines]
