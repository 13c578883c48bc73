"""What goes by a policy: only what nothing rests on, only what was seen so twice, and never what is young."""

import pytest
from homes import SOFTWARE, Home, a_post, article, copy_of
from storefixtures import exchange

from archiver.model.errors import UsageError
from archiver.model.records import Context, PostRecord
from archiver.model.states import Availability, Outcome, Relation
from archiver.steps.prune import PrunePolicy, load_policy, plan_prune, prune
from archiver.steps.references import Rests

YEARLY = PrunePolicy(complete_after_days=30, failed_after_days=7)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """One post, cited once, captured eight times in seventy days: twice it was behind a wall."""
    home = Home(tmp_path_factory.mktemp("filled"))
    home.made = {}
    for day in range(0, 80, 10):
        jobs = [article(1)] if day == 0 else []
        wall = {"outcome": Outcome.FAILED, "availability": Availability.BLOCKED, "record": None, "claims": ()}
        jobs.append(copy_of(1, "the same text", **(wall if day in (30, 50) else {})))
        home.made[day] = home.day(day).run(*jobs)[-1]
    return home


@pytest.fixture
def home(tmp_path, filled):
    copy = filled.copied(tmp_path / "home")
    copy.made = dict(filled.made)
    return copy


def planned(home, policy=YEARLY):
    with home.reader() as catalog:
        return plan_prune(policy, store=home.store, catalog=catalog, clock=home.clock)


def pruned(home, policy=YEARLY):
    with home.opened() as opened:
        return prune(policy, store=opened.store, catalog=opened.catalog, clock=home.clock, program=SOFTWARE)


def days(home, paths):
    return [day for day, sealed in home.made.items() if sealed.path in paths]


def left(home):
    return [day for day, sealed in home.made.items() if (home.snapshots / sealed.path).exists()]


def test_only_repetitions_that_nothing_rests_on_may_go(home):
    plan = planned(home.day(200))
    assert (days(home, plan.due), days(home, plan.waiting)) == ([], [10, 20, 30, 40, 50, 60])
    assert plan.stays == {"newest": 1, "first": 1}


def test_a_look_changes_nothing(home):
    before = home.everything()
    planned(home.day(200))
    assert home.everything() == before


def test_what_is_seen_unreferenced_twice_with_a_day_between_goes_with_a_tombstone(home):
    _plan, _removal, done = pruned(home.day(200))
    assert (left(home), done.tombstone) == ([0, 10, 20, 30, 40, 50, 60, 70], None)
    pruned(home.day(200.9))
    assert len(left(home)) == 8
    plan, _removal, done = pruned(home.day(201.1))
    assert (left(home), done.tombstone.act) == ([0, 70], "pruned")
    assert set(plan.due.values()) == {
        "complete, nothing rests on it; older than 30 days",
        "failed, nothing rests on it; older than 7 days",
    }
    assert home.findings() == []
    assert home.same_when_rebuilt()


def test_a_pruned_home_says_the_same_of_its_posts(home):
    def told():
        with home.reader() as catalog:
            return [list(catalog.rows(table)) for table in ("availability", "post", "mention", "article", "passage")]

    before = told()
    pruned(home.day(200))
    pruned(home.day(202))
    assert left(home) == [0, 70]
    assert told() == before


def test_what_was_looked_at_by_nobody_for_long_still_needs_two_looks(home):
    pruned(home.day(200))
    home.made[90] = home.day(203).run(copy_of(1, "the same text"))[0]
    pruned(home.day(300))
    # What was the newest at the first look was not seen unreferenced then.
    assert left(home) == [0, 70, 90]
    pruned(home.day(302))
    assert left(home) == [0, 90]


def test_nothing_younger_than_a_day_goes_whatever_the_policy_says(tmp_path):
    home = Home(tmp_path)
    for hour in range(0, 20, 2):
        home.day(hour / 24).run(copy_of(1, "the same text"))
    policy = PrunePolicy(complete_after_days=0.001)
    assert planned(home.day(0.95), policy).seen == ()
    assert len(planned(home.day(1.5), policy).seen) == 5
    assert planned(home.day(-3), policy).seen == ()


def test_the_turns_in_availability_stay(tmp_path):
    home = Home(tmp_path)
    gone = {"availability": Availability.GONE_DELETED, "outcome": Outcome.FAILED, "record": None}
    states = [{}, {}, {}, gone, gone, gone, {}, {}]
    made = [home.day(day).run(copy_of(1, "t", **state))[0] for day, state in enumerate(states)]
    plan = planned(home.day(300))
    assert [number for number, one in enumerate(made) if one.record.id in plan.seen] == [1, 4]
    assert plan.stays["turn"] == 4


def test_the_only_copy_with_a_text_stays(tmp_path):
    home = Home(tmp_path)
    texts = ["a", "a", "b", "b", "a", "a"]
    made = [home.day(day).run(copy_of(1, text))[0] for day, text in enumerate(texts)]
    plan = planned(home.day(300))
    assert [number for number, one in enumerate(made) if one.record.id in plan.seen] == [1, 2, 4]
    assert plan.stays == {"newest": 1, "first": 1, "told": 1}


def test_the_only_copy_that_saw_where_a_short_link_leads_stays(tmp_path):
    home = Home(tmp_path)
    for day in range(4):
        home.day(day).run(copy_of(1, "a", aliases=("https://t.co/aBc",) if day == 1 else ()))
    plan = planned(home.day(300))
    assert (len(plan.seen), plan.stays["told"]) == (1, 1)


def test_the_copy_nearest_to_each_state_of_an_article_stays(tmp_path):
    home = Home(tmp_path)
    made = [home.day(day).run(*([article(1)] if day == 22 else []), copy_of(1, "a"))[-1] for day in (0, 10, 22, 30, 40)]
    plan = planned(home.day(300))
    assert [number for number, one in enumerate(made) if one.record.id in plan.seen] == [1, 3]
    assert plan.stays["cited"] == 1


def test_what_no_article_cites_goes_only_by_a_rule_that_says_so(tmp_path):
    home = Home(tmp_path)
    home.run(article(1), copy_of(1, "cited"), copy_of(2, "never cited"))
    assert planned(home.day(300)).seen == ()
    plan = planned(home, PrunePolicy(uncited_after_days=100))
    assert [name.split("-")[2] for name in plan.seen] == [a_post(2).post_id]
    assert planned(home.day(50), PrunePolicy(uncited_after_days=100)).seen == ()


def test_what_a_stored_post_quotes_or_answers_is_not_uncited(tmp_path):
    home = Home(tmp_path)
    record = PostRecord(text="see", name="Jack", handle="jack", quoted=a_post(2).uri, parent=a_post(3).uri)
    home.run(article(1), copy_of(1, "see", record=record), *(copy_of(number, "context") for number in (2, 3, 4)))
    plan = planned(home.day(300), PrunePolicy(uncited_after_days=100))
    assert [name.split("-")[2] for name in plan.seen] == [a_post(4).post_id]


def test_what_was_captured_as_context_stays_as_long_as_its_cause_does(tmp_path):
    home, policy = Home(tmp_path), PrunePolicy(uncited_after_days=100, complete_after_days=30)
    (cause,) = home.run(copy_of(1, "the cause"))
    because = Context(Relation.THREAD, cause.record.id)
    texts = [home.day(day).run(copy_of(2, "the same", context=because if day == 2 else None)) for day in (1, 2, 3)]
    plan = planned(home.day(300), policy)
    assert set(plan.seen) == {cause.record.id}
    pruned(home, policy)
    pruned(home.day(302), policy)
    assert not (home.snapshots / cause.path).exists()
    assert set(planned(home, policy).seen) == {sealed.record.id for (sealed,) in texts}


def test_only_the_platforms_that_are_named_are_concerned(home):
    assert planned(home.day(200), PrunePolicy(complete_after_days=30, platforms=("bluesky",))).seen == ()
    assert len(planned(home, PrunePolicy(complete_after_days=30, platforms=("x",))).seen) == 4


def test_an_empty_policy_lets_nothing_go(home):
    assert planned(home.day(2000), PrunePolicy()).seen == ()
    assert pruned(home, PrunePolicy())[2] is None


def test_a_payload_that_a_kept_copy_refers_to_outlives_its_capture(tmp_path):
    home = Home(tmp_path)
    picture = exchange("https://cdn.example/1.jpg", b"\xff\xd8" * 4000)
    for day, extra in ((0, []), (1, [picture]), (2, [picture])):
        made = home.day(day).run(copy_of(1, "a", exchanges=extra))[0]
    assert "revisit" in {ref.record_type for ref in made.record.warc if ref.uri == picture.uri}
    pruned(home.day(200))
    _plan, removal, done = pruned(home.day(202))
    assert (len(done.tombstone.folders), removal.retained) == (1, 1)
    assert b"\xff\xd8" * 4000 in home.everything()
    assert home.findings() == []


def test_a_damaged_copy_is_left_for_the_audit(home):
    home.write(f"snapshots/{home.made[20].path}/capture.json", b"{}")
    plan = planned(home.day(200))
    assert home.made[20].record.id not in plan.seen
    assert plan.stays[Rests.TOLD] == 1


def test_pruning_again_finds_nothing_to_do(home):
    for day in (200, 202):
        pruned(home.day(day))
    before = home.everything()
    plan, _removal, done = pruned(home.day(204))
    assert (plan.seen, done) == ((), None)
    assert home.everything() == before


# --- the policy file ---------------------------------------------------------------------------------


def test_a_policy_is_read_from_its_file(tmp_path):
    (tmp_path / "p.toml").write_text('complete_after_days = 365\nfailed_after_days = 1.5\nplatforms = ["x", "page"]\n')
    assert load_policy(tmp_path / "p.toml") == PrunePolicy(
        complete_after_days=365, failed_after_days=1.5, platforms=("x", "page")
    )


@pytest.mark.parametrize(
    "text",
    [
        "complete = 3",
        "complete_after_days = 0",
        "complete_after_days = true",
        "complete_after_days = -4",
        "complete_after_days = nan",
        "failed_after_days = '7'",
        "platforms = 'x'",
        "platforms = [1]",
        "= =",
    ],
)
def test_a_wrong_policy_is_an_error_that_names_the_file(tmp_path, text):
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(UsageError, match=r"p\.toml"):
        load_policy(tmp_path / "p.toml")


def test_a_policy_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UsageError, match=r"p\.toml"):
        load_policy(tmp_path / "p.toml")
