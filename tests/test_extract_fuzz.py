"""Some mutated inputs for every entry, on every run; `fuzz_extract.py` runs as many as one likes."""

import random

import fuzz_extract
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KINDS = sorted(fuzz_extract.ENTRIES)
PARTS = st.floats(0, 1, exclude_max=True)
MUTATIONS = st.builds(
    fuzz_extract.Mutation,
    st.sampled_from(fuzz_extract.NAMES),
    at=PARTS,
    part=PARTS,
    token=st.sampled_from(fuzz_extract.TOKENS) | st.text(max_size=6),
    times=st.integers(0, 50),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), mutations=st.lists(MUTATIONS, max_size=6))
def test_a_mutated_input_raises_nothing_and_is_soon_done(kind, data, mutations):
    known, text = data.draw(st.sampled_from(fuzz_extract.pools()[kind]))
    assert fuzz_extract.call(kind, known, fuzz_extract.mutated(text, mutations)) < fuzz_extract.CALL_S


def test_the_first_inputs_of_the_runner_raise_nothing():
    assert fuzz_extract.fuzz(1, 1500, seconds=20).faults == []


def test_the_runner_makes_the_same_input_of_the_same_seed():
    first, second = (fuzz_extract.random_input(random.Random("1/7")) for _ in range(2))
    assert first == second


def test_every_seed_passes_as_it_is():
    for kind, pool in fuzz_extract.pools().items():
        for known, text in pool:
            fuzz_extract.call(kind, known, text)
