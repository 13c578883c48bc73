"""The played population: its truth is what its servers serve, and no story is missing."""

import itertools
import socket
import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from five_years_world import Calendar, Visitor, days_after

from archiver.demo.lives import HostStyle, PageAct, TroubleKind
from archiver.demo.lives_drawn import draw_population
from archiver.demo.lives_posts import STATES
from archiver.demo.lives_web import LivingWeb
from archiver.demo.platforms import SITES
from archiver.model.records import PostRef
from archiver.model.states import Availability, Group
from archiver.model.urls import canonical_url
from archiver.platforms import identify, platform_named, post_resource

START = datetime(2021, 3, 1, tzinfo=UTC)
DAYS, COUNT = 400, 250


@pytest.fixture(scope="module")
def population():
    return draw_population(seed=7, count=COUNT, start=START, days=DAYS)


@pytest.fixture(scope="module")
def played(population):
    calendar = Calendar(START)
    with LivingWeb(population, now=calendar.now) as web:
        yield web, calendar, Visitor(web)


def quiet_at(population, life, phase):
    """An instant in a phase in which nothing befalls its platform or site; None if there is none."""
    later = [one.at for one in life.phases if one.at > phase.at]
    end = min(later[0] if later else population.end, population.end)
    steps = (phase.at + timedelta(minutes=1) + timedelta(hours=7) * step for step in range(4 * DAYS))
    return next((at for at in steps if at < end and population.trouble_at(life.whose, at) is None), None)


def read(visitor, post):
    """What the platform's own readers make of its answers: the first conclusive reading, else the first of all."""
    platform = platform_named(post.platform)
    readings = []
    for request in platform.record_requests(post):
        readings.append(platform.read_record(post, request, visitor.follow(request.url, request.headers)))
        if readings[-1].availability.conclusive:
            return readings[-1]
    return readings[0]


def test_the_same_seed_draws_the_same_population_and_another_one_another(population):
    again = draw_population(seed=7, count=COUNT, start=START, days=DAYS)
    other = draw_population(seed=8, count=COUNT, start=START, days=DAYS)
    assert again.lives == population.lives
    assert again.troubles == population.troubles
    assert other.lives != population.lives


def test_every_platform_of_the_demo_is_played():
    assert set(STATES) == {site.platform for site in SITES}


def test_every_state_of_every_platform_is_in_the_population(population):
    played = {
        (life.post.platform, phase.act) for life in population.lives.values() if life.post for phase in life.phases
    }
    assert played == {(platform, act) for platform, acts in STATES.items() for act in acts}


def test_every_fate_of_a_page_and_every_kind_of_site_is_in_the_population(population):
    assert {phase.act for life in population.lives.values() if life.host for phase in life.phases} == set(PageAct)
    assert {host.style for host in population.hosts.values()} == set(HostStyle)
    assert {"entry", "about_404", "edited"} <= {life.story for life in population.lives.values()}


def test_every_trouble_befalls_somebody_and_nearly_all_of_them_every_platform(population):
    found = {(trouble.kind, trouble.whose) for trouble in population.troubles}
    sites_only = {TroubleKind.TLS_EXPIRED, TroubleKind.NO_DNS}
    assert {kind for kind, _ in found} == set(TroubleKind)
    assert {(kind, name) for kind in set(TroubleKind) - sites_only for name in STATES} <= found


def test_a_platforms_troubles_never_overlap(population):
    for name in STATES:
        troubles = population.troubles_of(name)
        assert all(one.end <= after.start for one, after in itertools.pairwise(troubles))


def test_a_life_begins_live_and_is_never_silent_about_itself(population):
    for life in population.lives.values():
        assert life.phases[0].truth.group is Group.LIVE, life
        assert population.state_at(life.resource.key, life.born_at - timedelta(seconds=1)) is None
        assert [phase.at for phase in life.phases] == sorted(phase.at for phase in life.phases)


def test_deaths_returns_and_edits_are_those_of_the_phases(population):
    deaths, returns = list(population.deaths()), list(population.revivals())
    assert {death.key for death in returns} <= {death.key for death in deaths}
    for death in deaths:
        before = population.state_at(death.key, death.at - timedelta(seconds=1))
        assert before.group is not Group.GONE
        assert population.state_at(death.key, death.at).group is Group.GONE
        if death.until is not None:
            assert population.state_at(death.key, death.until).group is not Group.GONE
    assert len(list(population.edits())) == sum(life.phases[-1].revision for life in population.lives.values())


def test_most_are_lost_early_a_few_come_back_and_two_thirds_live_on():
    many = draw_population(seed=3, count=5_000, start=START, days=1_826)
    deaths = list(many.deaths())
    ages = [death.at - many.lives[death.key].born_at for death in deaths]
    early = sum(age < timedelta(days=46) for age in ages)
    lost = len({death.key for death in deaths}) / len(many.lives)
    returned = sum(death.until is not None for death in deaths) / len(deaths)
    assert 0.2 < lost < 0.4
    # 46 days are a fortieth of the time, and hold a quarter of the losses.
    assert early / len(deaths) > 0.2
    assert 0.03 < returned < 0.12


def test_every_address_is_the_one_that_the_program_gives_the_resource(population):
    for life in population.lives.values():
        if life.post:
            assert post_resource(identify(life.post.url)) == life.resource
        else:
            assert canonical_url(life.resource.uri) == life.resource.uri
    for platform, post in population.canaries.items():
        assert isinstance(identify(post.url), PostRef), platform


def test_every_platforms_own_reader_reads_the_truth_off_the_wire_in_every_state(population, played):
    _, calendar, visitor = played
    seen = Counter()
    for life in population.lives.values():
        for phase in life.phases if life.post else ():
            at = quiet_at(population, life, phase)
            if at is None or seen[life.post.platform, phase.act] >= 2:
                continue
            calendar.to(at)
            reading = read(visitor, identify(life.post.url))
            assert reading.availability is phase.told, (life, phase)
            if phase.told is Availability.LIVE and reading.record and reading.record.text:
                corrected = f"(Corrected, {phase.revision}.)" in reading.record.text
                assert corrected == bool(phase.revision), (life, phase)
            seen[life.post.platform, phase.act] += 1
    assert set(seen) == {(platform, act) for platform, acts in STATES.items() for act in acts}


def test_a_canary_reads_live_whenever_its_platform_has_no_trouble_and_never_when_it_has_a_whole_one(population, played):
    _, calendar, visitor = played
    for platform, post in population.canaries.items():
        calendar.to(START)
        assert read(visitor, identify(post.url)).availability is Availability.LIVE
        for trouble in population.troubles_of(platform):
            calendar.to(trouble.start + (trouble.end - trouble.start) / 2)
            if trouble.share == 1.0:
                assert read(visitor, identify(post.url)).availability is not Availability.LIVE, trouble
        calendar.to(population.end)


STATUS = {
    PageAct.THERE: 200,
    PageAct.GONE: 410,
    PageAct.NOT_FOUND: 404,
    PageAct.LEGAL: 451,
    PageAct.MEMBERS: 401,
    PageAct.NOTICE: 200,
    PageAct.HOME: 200,
    PageAct.MOVED: 301,
    PageAct.TO_ROOT: 302,
    PageAct.TO_404_PATH: 302,
}


def test_every_page_answers_as_its_phase_says(population, played):
    _, calendar, visitor = played
    seen = Counter()
    for life in population.lives.values():
        host = population.hosts.get(life.host or "")
        for phase in life.phases if host else ():
            at = quiet_at(population, life, phase)
            if at is None or host.style is HostStyle.SHELL:
                continue
            calendar.to(at)
            if phase.act is PageAct.NO_NAME:
                with pytest.raises(socket.gaierror) as failed:
                    visitor.get(life.resource.uri)
                assert failed.value.errno == socket.EAI_NONAME
            elif phase.act is PageAct.PARKED:
                assert b"sale" in visitor.follow(life.resource.uri).body
            else:
                status, _, _ = visitor.get(life.resource.uri)
                # Of a site that moved, the new place tells what became of the page.
                expected = 301 if host.at(at).act is PageAct.MOVED else STATUS[phase.act]
                assert status == expected, (life, phase)
            if phase.act in (PageAct.MOVED, PageAct.THERE):
                whole = visitor.follow(life.resource.uri)
                assert (whole.status, len(whole.body) > 500) == (200, True), (life, phase)
            seen[phase.act] += 1
    assert set(seen) == set(PageAct)


def test_a_page_that_is_lost_softly_answers_like_any_address_at_which_nothing_is(population, played):
    _, calendar, visitor = played
    seen = set()
    for life in population.lives.values():
        for phase in life.phases:
            at = quiet_at(population, life, phase) if phase.told is Availability.SOFT_404 else None
            if at is not None:
                calendar.to(at)
                sibling = life.resource.uri.rpartition("/")[0] + "/no-such-thing-4711.html"
                page, nothing = visitor.follow(life.resource.uri), visitor.follow(sibling)
                assert (page.status, page.body) == (nothing.status, nothing.body)
                seen.add(phase.act)
    assert seen == {PageAct.NOTICE, PageAct.HOME, PageAct.TO_ROOT, PageAct.TO_404_PATH}


def test_below_a_parked_domain_any_name_answers_and_below_no_other(population, played):
    _, calendar, visitor = played
    parked = [
        (host, phase) for host in population.hosts.values() for phase in host.phases if phase.act is PageAct.PARKED
    ]
    assert parked
    for host, phase in parked:
        calendar.to(phase.at + timedelta(hours=1))
        assert b"sale" in visitor.follow(f"http://nothing-4711.{host.name.removeprefix('www.')}/x").body
        calendar.to(phase.at - timedelta(hours=1))
        with pytest.raises(socket.gaierror):
            visitor.get(f"http://nothing-4711.{host.name}/x")


def test_a_sites_certificate_runs_out_and_is_renewed(population, played):
    _, calendar, visitor = played
    trouble = next(one for one in population.troubles if one.kind is TroubleKind.TLS_EXPIRED)
    calendar.to(trouble.start + timedelta(hours=1))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        visitor.get(f"https://{trouble.whose}/")
    calendar.to(trouble.end + timedelta(hours=1))
    assert visitor.get(f"https://{trouble.whose}/")[0] == 200


@pytest.mark.parametrize("kind", [*TroubleKind])
def test_each_trouble_is_what_is_served_while_it_lasts(population, played, kind):
    _, calendar, visitor = played
    trouble = next(one for one in population.troubles if one.kind is kind)
    if kind in (TroubleKind.TLS_EXPIRED, TroubleKind.SILENCE, TroubleKind.FORGETFUL):
        pytest.skip("shown by tests of their own")
    calendar.to(days_after(trouble.start, 0.2))
    if trouble.whose in population.canaries:
        post = identify(population.canaries[trouble.whose].url)
        url = platform_named(trouble.whose).record_requests(post)[0].url
    else:
        url = f"{population.hosts[trouble.whose].scheme}://{trouble.whose}/"
    if kind is TroubleKind.NO_DNS:
        with pytest.raises(socket.gaierror) as failed:
            visitor.get(url)
        assert failed.value.errno == socket.EAI_AGAIN
        return
    expected = {
        TroubleKind.STORM: {429},
        TroubleKind.OUTAGE: {500, 502, 503, None},
        TroubleKind.PARTIAL: {200, 429, 500, 502, 503, None},
        TroubleKind.ENDPOINT_404: {404},
        TroubleKind.ENDPOINT_400: {400},
        TroubleKind.ENDPOINT_ODD: {200},
        TroubleKind.CHALLENGE: {403},
        TroubleKind.LOGIN_WALL: {401, 200},
    }
    assert {visitor.follow(url).status for _ in range(12)} <= expected[kind]
    calendar.to(population.end)
