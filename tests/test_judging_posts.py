"""Where a post stands: by every platform's own table of answers, and never by what is missing."""

import pytest
from scripted_web import failed, json, post, talk

from archiver.model.exchange import Failure
from archiver.model.states import Availability, Group, Witness
from archiver.platforms import all_platforms, identify, post_resource
from archiver.steps.judging import judge

X = "https://x.com/i/status/1508955577374146568"
BSKY = "https://bsky.app/profile/did:plc:abcdefghijklmnopqrstuvwx/post/3l6oveex3ii2l"
TOMBSTONE = '{"__typename":"TweetTombstone","tombstone":{"text":{"text":"This Post was deleted by the Post author."}}}'


def judged(url, answer, **more):
    return talk(judge(post(url), random_hex=lambda count: "7" * 2 * count, **more), answer)


def syndication(answer, oembed):
    return lambda ask: answer if ask.url.startswith("https://cdn.syndication") else oembed


SAMPLES = [
    (platform, sample)
    for platform in all_platforms()
    for sample in platform.answers
    if platform.record_requests(identify(sample.url))
]


@pytest.mark.parametrize(("platform", "sample"), SAMPLES, ids=lambda value: getattr(value, "name", None))
def test_no_answer_of_any_platforms_table_is_called_gone_unless_its_reader_says_so(platform, sample):
    ref = identify(sample.url)
    requests = platform.record_requests(ref)
    own = requests[sample.request % len(requests)]
    answer = {"status": sample.answer.status, "body": sample.answer.body, "headers": sample.answer.headers}
    if sample.answer.media_type:
        answer["media_type"] = sample.answer.media_type
    if sample.answer.url:
        answer["final_url"] = sample.answer.url

    def says(ask):
        return answer if ask.url == own.url else json("", 403)

    _, found = talk(judge(post_resource(ref), random_hex=lambda _count: "77"), says)
    reading = platform.read_record(ref, own, sample.answer)
    if reading.availability.conclusive:
        assert found.stand.availability == reading.availability
    else:
        assert found.stand.availability.group in (Group.UNKNOWN, reading.availability.group)


@pytest.mark.parametrize("trouble", [failed(Failure.TIMED_OUT), json("", 503), json("", 429)], ids=["silent", 503, 429])
def test_a_loss_without_a_reason_is_not_believed_while_another_endpoint_is_in_trouble(trouble):
    _, found = judged(X, syndication(trouble, json("", 404)))
    assert found.stand.availability is Availability.UNCLEAR
    assert "another gave no answer" in found.stand.evidence
    _, found = judged(X, syndication(json("{}"), json("", 404)))
    assert found.stand.availability is Availability.GONE_UNSPECIFIED
    _, found = judged(X, syndication(json(TOMBSTONE), trouble))
    assert found.stand.availability is Availability.GONE_DELETED


def test_a_tombstone_that_names_its_reason_is_believed_where_the_other_endpoint_agrees():
    asked, found = judged(X, syndication(json(TOMBSTONE), json("", 404)))
    assert (found.stand.availability, found.stand.via) == (Availability.GONE_DELETED, Witness.RECORD)
    assert found.sure
    assert len(asked) == 2


def test_of_two_losses_the_one_with_a_reason_is_told():
    _, found = judged(X, syndication(json("", 404), json("", 404)))
    assert found.stand.availability is Availability.GONE_UNSPECIFIED
    _, found = judged(X, syndication(json(TOMBSTONE), json("", 404)))
    assert found.stand.availability is Availability.GONE_DELETED


def test_one_endpoint_that_says_gone_while_the_other_shows_the_post_concludes_nothing():
    link = "https://twitter.com/a/status/1508955577374146568"
    shown = f'{{"url":"{link}","author_name":"A","html":"<blockquote><a href={link}></a></blockquote>"}}'
    _, found = judged(X, syndication(json(TOMBSTONE), json(shown)))
    assert found.stand.availability is Availability.UNCLEAR
    assert "another live" in found.stand.evidence


def test_a_404_of_one_endpoint_and_silence_of_the_other_concludes_nothing():
    _, found = judged(X, syndication(json("<html>", 404), failed(Failure.TIMED_OUT)))
    assert found.stand.availability is Availability.UNCLEAR


@pytest.mark.parametrize("status", [403, 408, 425, 429, 500, 502, 503, 504, 999])
@pytest.mark.parametrize("url", [X, BSKY])
def test_a_storm_of_refusals_says_nothing_of_a_post(status, url):
    _, found = judged(url, lambda _ask: json("no", status))
    assert found.stand.availability.group is Group.UNKNOWN


@pytest.mark.parametrize("failure", list(Failure))
def test_no_failure_on_the_way_to_an_endpoint_says_anything_of_a_post(failure):
    _, found = judged(X, lambda _ask: failed(failure))
    assert found.stand.availability.group is Group.UNKNOWN
    assert not found.answered


def test_an_answer_that_was_cut_is_not_believed_to_say_gone():
    cut = {**json(TOMBSTONE), "failure": Failure.CONNECTION_RESET}
    _, found = judged(X, syndication(cut, json("", 500)))
    assert found.stand.availability is Availability.UNCLEAR
    assert "not whole" in found.stand.evidence


def test_the_second_vantage_is_asked_for_every_question_of_a_talk():
    asked, _ = judged(X, syndication(json(TOMBSTONE), json("", 404)), elsewhere=True)
    assert [ask.elsewhere for ask in asked] == [True, True]
    assert [ask.page for ask in asked] == [False, False]


IMGUR = "https://imgur.com/hArB0ur"
PICTURE = '<html><body><img src="https://i.imgur.com/hArB0ur.jpg"></body></html>'
REMOVED = '<html><body><img src="https://i.imgur.com/removed.png"></body></html>'


def imgur(permalink, embed):
    return lambda ask: embed if "/embed" in ask.url else permalink


def page_of(text, status=200):
    return {"status": status, "body": text.encode(), "media_type": "text/html"}


@pytest.mark.parametrize(
    ("permalink", "embed", "state"),
    [
        (page_of("", 404), page_of("", 404), Availability.GONE_UNSPECIFIED),
        (page_of("<html>"), page_of("", 404), Availability.UNCLEAR),
        (page_of("<html>"), page_of(PICTURE), Availability.LIVE),
        (page_of("<html>"), page_of("<html>"), Availability.UNCLEAR),
        (page_of(REMOVED), page_of(REMOVED), Availability.UNCLEAR),
        (page_of("", 429), page_of("", 404), Availability.RATE_LIMITED),
        (page_of("", 403), page_of("", 410), Availability.BLOCKED),
    ],
)
def test_a_platform_without_endpoints_is_judged_by_the_posts_own_address_alone(permalink, embed, state):
    _, found = judged(IMGUR, imgur(permalink, embed))
    assert found.stand.availability is state


def test_a_log_in_form_instead_of_a_post_is_no_loss():
    answer = {**page_of("<html>"), "final_url": "https://imgur.com/signin?redirect=https%3A%2F%2Fimgur.com%2FhArB0ur"}
    _, found = judged(IMGUR, lambda _ask: answer)
    assert found.stand.availability is Availability.LOGIN
