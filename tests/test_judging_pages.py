"""Where a page stands: errors, walls, soft 404s and parked domains, and the live pages that look like them."""

import re

import pytest
from scripted_web import failed, html, page, talk

from archiver.model.exchange import Failure
from archiver.model.states import Availability, Group, Witness
from archiver.model.urls import parse_url
from archiver.steps.judged import Copy, Known
from archiver.steps.judging import judge
from archiver.steps.page_answers import random_sibling
from archiver.steps.readable import read_shown

URL = "https://www.shore.example/papers/2024/harbour-wall.html"
ROOT = "https://www.shore.example/"
OTHER = "https://www.shore.example/papers/2025/tide-gauge.html"
STORY = " ".join(
    f"<p>In the year {1700 + n} the masons of the {n}th quay repaired {n * 13} stones of the old harbour wall, and the "
    f"pilots counted {n * 7} of them again before the winter came.</p>"
    for n in range(1, 8)
)
TIDES = " ".join(
    f"<p>On day {n} the gauge at the mole stood at {n * 9} centimetres, said the keeper of it.</p>" for n in range(9)
)
HOME = html(
    '<h1>Shore</h1><a href="/papers/2025/tide-gauge.html">Tides</a><p>Welcome to the news of the harbour since 1998, '
    "with all that the lock keepers tell us of boats, of tides and of the weather to come.</p>",
    title="Shore – home",
)
THERE = html(f"<h1>The wall</h1>{STORY}", title="The wall")
CONTROL = html(f"<h1>Tides</h1>{TIDES}", title="Tides")
NOT_FOUND = html("<h1>Page not found</h1><p>We could not find it.</p>", title="Page not found – Shore")
SHELL = html(
    '<noscript>You need JavaScript.</noscript><div id="root"></div><script src="/main.js"></script>', title="Shore"
)
BARE_404 = html("<h1>Not Found</h1>", title="404", status=404)


def shown(answer, url=URL):
    return read_shown(answer["body"], None, url)


def copy_of(answer, drawn=None):
    copy = Copy("20260301T060000Z-page-9f3a", shown(answer), shown(drawn) if drawn else None)
    return lambda: copy


def judged(web, *, known=None, url=URL, nothing=None):
    """What comes of a look; `nothing` is the site's answer for what is not in `web`."""

    def answer(ask):
        found = web.get(ask.url, nothing or BARE_404)
        return found(ask) if callable(found) else found

    asked, found = talk(judge(page(url), random_hex=lambda count: "5e" * count, known=known), answer)
    return [ask.url for ask in asked], found


def to(answer, url):
    return {**answer, "final_url": url}


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, Availability.LOGIN),
        (403, Availability.BLOCKED),
        (404, Availability.GONE_UNSPECIFIED),
        (407, Availability.BLOCKED),
        (410, Availability.GONE_UNSPECIFIED),
        (418, Availability.UNCLEAR),
        (429, Availability.RATE_LIMITED),
        (451, Availability.GEO_LEGAL),
        (500, Availability.SERVER_ERROR),
        (503, Availability.SERVER_ERROR),
        (999, Availability.UNCLEAR),
        (302, Availability.UNCLEAR),
    ],
)
def test_a_status_says_what_the_standards_say(status, state):
    _, found = judged({URL: html("<p>no</p>", status=status)})
    assert (found.stand.availability, found.http_status) == (state, status)


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Failure.REFUSED, Availability.UNCLEAR),
        (Failure.HELD_BACK, Availability.UNCLEAR),
        (Failure.DISALLOWED, Availability.UNCLEAR),
        (Failure.NAME_NOT_RESOLVED, Availability.UNREACHABLE),
        (Failure.NO_SUCH_NAME, Availability.GONE_SITE),
        (Failure.CONNECTION_REFUSED, Availability.UNREACHABLE),
        (Failure.CONNECTION_RESET, Availability.UNREACHABLE),
        (Failure.TLS, Availability.UNREACHABLE),
        (Failure.TIMED_OUT, Availability.UNREACHABLE),
        (Failure.PROTOCOL, Availability.UNREACHABLE),
        (Failure.ABANDONED, Availability.UNREACHABLE),
    ],
)
def test_of_all_failures_only_a_name_that_does_not_exist_speaks_of_a_loss(failure, state):
    _, found = judged({URL: failed(failure, "certificate has expired")})
    assert (found.stand.availability, found.answered) == (state, False)
    assert failure is not Failure.TLS or "certificate has expired" in found.stand.evidence


def test_a_redirect_to_a_name_that_does_not_exist_is_not_the_loss_of_this_name():
    answer = {**failed(Failure.NO_SUCH_NAME), "final_url": "https://elsewhere.example/x", "redirects": ((301, URL),)}
    assert judged({URL: answer})[1].stand.availability is Availability.UNREACHABLE


@pytest.mark.parametrize(
    "answer",
    [
        html(
            "<h1>Just a moment...</h1>", title="Just a moment...", status=403, headers=(("cf-mitigated", "challenge"),)
        ),
        html("x", status=404, headers=(("cf-mitigated", "challenge"),)),
        html('<script src="/cdn-cgi/challenge-platform/h/b"></script>', status=503),
        html("<h1>Access denied</h1>", title="Access denied", status=404),
        html("<h1>Just a moment</h1>", title="Just a moment"),
    ],
)
def test_a_challenge_is_no_loss_whatever_status_it_comes_with(answer):
    assert judged({URL: answer})[1].stand.availability is Availability.BLOCKED


def test_a_log_in_form_is_no_loss():
    form = html("<h1>Log in</h1>", title="Log in")
    gate = to(form, f"https://www.shore.example/login?next={URL}")
    assert judged({URL: gate})[1].stand.availability is Availability.LOGIN
    assert judged({URL: form})[1].stand.availability is Availability.LOGIN


def test_a_404_with_the_page_in_it_is_the_page():
    answer = html(f"<h1>The wall</h1>{STORY}", title="The wall", status=404)
    _, found = judged({URL: answer}, known=Known(Availability.LIVE, None, copy_of(THERE)))
    assert found.stand.availability is Availability.LIVE


def test_a_document_that_is_no_page_is_believed_and_nothing_is_not():
    paper = {"status": 200, "body": b"%PDF-1.7", "media_type": "application/pdf"}
    assert judged({URL: paper})[1].stand.availability is Availability.LIVE
    assert judged({URL: {**paper, "body": b""}})[1].stand.availability is Availability.UNCLEAR


# --- pages that are there ----------------------------------------------------------------------------


def test_a_page_that_says_what_our_copy_says_is_live_without_another_question():
    asked, found = judged({URL: THERE}, known=Known(Availability.LIVE, None, copy_of(THERE)))
    assert (found.stand.availability, asked) == (Availability.LIVE, [URL])


def test_a_page_that_says_what_it_said_last_is_live_and_the_copy_is_not_even_read():
    def never():
        raise AssertionError("the copy was read")

    _, found = judged({URL: THERE}, known=Known(Availability.LIVE, shown(THERE).digest, never))
    assert found.stand.availability is Availability.LIVE


def test_a_page_without_a_copy_is_live_where_the_site_has_another_answer_for_what_nobody_has():
    asked, found = judged({URL: THERE})
    assert found.stand.availability is Availability.LIVE
    assert len(asked) == 2


def test_an_article_about_404_is_no_error_page():
    about = html(f"<h1>404 Not Found</h1>{STORY}", title="404 Not Found")
    assert judged({URL: about})[1].stand.availability is Availability.LIVE


def test_a_page_that_moved_says_where():
    _, found = judged(
        {URL: to(THERE, "https://www.shore.example/archive/wall")}, known=Known(None, None, copy_of(THERE))
    )
    assert (found.stand.availability, found.stand.via) == (Availability.MOVED, Witness.HTTP)
    assert "https://www.shore.example/archive/wall" in found.stand.evidence


def test_a_live_entry_page_that_leads_to_the_front_page_is_no_loss():
    url = "https://www.shore.example/index.html"
    for nothing in (BARE_404, to(HOME, ROOT)):
        web = {url: to(HOME, ROOT), OTHER: CONTROL}
        _, with_copy = judged(web, url=url, known=Known(Availability.MOVED, None, copy_of(HOME)), nothing=nothing)
        assert with_copy.stand.availability is Availability.MOVED
    _, without = judged({url: to(HOME, ROOT)}, url=url)
    assert without.stand.availability is Availability.MOVED
    # Of any other name it may as well be an address that nobody has.
    deep = "https://www.shore.example/entry.html"
    assert judged({deep: to(HOME, ROOT)}, url=deep)[1].stand.availability.group is Group.UNKNOWN


@pytest.mark.parametrize("known", [None, Known(Availability.LIVE, None, copy_of(SHELL, drawn=THERE))])
def test_a_site_of_one_shell_never_looks_like_a_loss(known):
    _, found = judged({}, known=known, nothing=SHELL)
    assert found.stand.availability is Availability.UNCLEAR


def test_a_live_page_of_a_site_that_answers_everything_with_its_home_page_is_live_by_its_own_words():
    for known in (Known(Availability.LIVE, None, copy_of(THERE)), None):
        assert judged({URL: THERE}, nothing=HOME, known=known)[1].stand.availability is Availability.LIVE


def test_a_site_that_became_an_application_with_one_answer_for_all_concludes_nothing():
    drawn_later = html(HOME["body"].decode() + '<script src="/app.js"></script>', title="Shore")
    _, found = judged({}, nothing=drawn_later, known=Known(Availability.LIVE, shown(THERE).digest, copy_of(THERE)))
    assert found.stand.availability is Availability.UNCLEAR


def test_a_site_that_sends_everything_to_its_front_page_for_now_concludes_nothing():
    _, found = judged({}, nothing=to(HOME, ROOT), known=Known(Availability.LIVE, None, copy_of(THERE)))
    assert found.stand.availability is Availability.UNCLEAR
    assert "also those that it links to" in found.stand.evidence


def test_where_the_probe_cannot_be_asked_a_suspect_page_is_unclear():
    for trouble in (failed(Failure.TIMED_OUT), html("", status=429), html("", status=503), failed(Failure.HELD_BACK)):
        _, found = judged({URL: to(HOME, ROOT)}, nothing=trouble, known=Known(Availability.LIVE, None, copy_of(THERE)))
        assert found.stand.availability is Availability.UNCLEAR


def test_a_page_that_was_written_anew_is_live_and_left_to_the_comparison():
    _, found = judged({URL: CONTROL}, known=Known(Availability.LIVE, None, copy_of(THERE)))
    assert (found.stand.availability, found.shown.title) == (Availability.LIVE, "Tides")


def test_a_wall_with_a_good_status_at_every_address_is_no_loss():
    for script in ("", '<script src="/wall.js"></script>'):
        wall = html(
            f'<h1>Shore</h1><a href="/subscribe">Subscribe</a><a href="/legal/privacy">Privacy</a>{TIDES}{script}'
        )
        web = {
            "https://www.shore.example/subscribe": html("<h1>Subscribe</h1><p>Two prices.</p>"),
            "https://www.shore.example/legal/privacy": html(f"<h1>Privacy</h1>{STORY}"),
        }
        for known in (KNOWN, Known(Availability.LIVE, shown(THERE).digest)):
            front = html(f"<h1>Front</h1>{STORY[:900]}")
            _, found = judged({**web, ROOT: front}, nothing=wall, known=known)
            assert found.stand.availability is Availability.UNCLEAR


# --- soft 404s ------------------------------------------------------------------------------------------

KNOWN = Known(Availability.LIVE, shown(THERE).digest, copy_of(THERE))


@pytest.mark.parametrize("known", [KNOWN, Known(Availability.LIVE, shown(THERE).digest)])
@pytest.mark.parametrize(
    ("answer", "nothing"),
    [
        (NOT_FOUND, NOT_FOUND),
        (to(HOME, ROOT), to(HOME, ROOT)),
        (to(NOT_FOUND, "https://www.shore.example/404.html"), to(NOT_FOUND, "https://www.shore.example/404.html")),
        (HOME, HOME),
    ],
    ids=["notice", "to root", "to 404 path", "home"],
)
def test_a_page_that_is_answered_like_nothing_at_all_is_a_soft_404(answer, nothing, known):
    web = {URL: answer, OTHER: CONTROL, ROOT: HOME}
    _, found = judged(web, nothing=nothing, known=known)
    assert found.stand.availability is Availability.SOFT_404
    assert found.stand.via is Witness.PAGE


def test_one_sign_alone_makes_no_soft_404():
    # Words, but the site has another answer for what nobody has; and the same answer, but nothing else.
    assert judged({URL: NOT_FOUND})[1].stand.availability is Availability.UNCLEAR
    plain = html(f"<h1>Shore</h1>{TIDES}", title="Shore")
    assert judged({}, nothing=plain)[1].stand.availability is Availability.UNCLEAR


def test_an_error_page_that_repeats_the_address_is_the_same_error_page():
    def answer(ask):
        path = ask.url.removeprefix(ROOT)
        return html(f"<h1>Page not found</h1><p>There is nothing at /{path} any more, try the search.</p>", title="404")

    _, found = judged({URL: answer}, nothing=answer, known=KNOWN)
    assert found.stand.availability is Availability.SOFT_404


def test_a_soft_404_stays_one_when_it_is_looked_at_again():
    web = {URL: to(HOME, ROOT), OTHER: CONTROL}
    known = Known(Availability.SOFT_404, shown(THERE).digest)
    assert judged(web, nothing=to(HOME, ROOT), known=known)[1].stand.availability is Availability.SOFT_404


def test_a_page_that_came_back_from_a_soft_404_is_live():
    known = Known(Availability.SOFT_404, shown(THERE).digest, copy_of(THERE))
    assert judged({URL: THERE}, nothing=NOT_FOUND, known=known)[1].stand.availability is Availability.LIVE


# --- domains that are sold ---------------------------------------------------------------------------------

SELLER = "https://www.hugedomains.com/domain/shore.example"
OFFER = html("<h1>shore.example</h1><p>Buy this domain now.</p>", title="For sale")
PARKED = html(
    '<h1>shore.example is for sale</h1><a href="https://dan.com/buy/shore.example">dan.com</a>'
    "<ul><li>Harbour cruises</li><li>Cheap rope</li></ul>"
)
BARE = html("<h1>shore.example</h1><p>Related searches: harbour cruises, cheap rope, boats for sale, sailing</p>")


def test_a_domain_that_leads_to_a_seller_is_gone():
    _, found = judged({}, nothing=to(OFFER, SELLER))
    assert found.stand.availability is Availability.GONE_SITE
    assert "www.hugedomains.com" in found.stand.evidence


def test_a_page_that_alone_leads_to_a_seller_has_moved():
    assert judged({URL: to(OFFER, SELLER)})[1].stand.availability is Availability.MOVED


def test_a_host_whose_name_only_ends_like_a_sellers_sells_nothing():
    _, found = judged({}, nothing=to(OFFER, "https://www.nothugedomains.com/domain/shore.example"))
    assert found.stand.availability is not Availability.GONE_SITE


def test_a_domain_that_offers_itself_at_every_address_is_gone():
    assert judged({}, nothing=PARKED)[1].stand.availability is Availability.GONE_SITE


def test_a_page_about_a_sale_is_no_sale():
    about = html(STORY + '<a href="https://dan.com/buy/shore.example">offer</a>')
    assert judged({URL: about})[1].stand.availability is Availability.LIVE


def test_a_domain_that_shows_one_foreign_page_under_any_name_is_gone():
    asked, found = judged({}, nothing=BARE, known=Known(Availability.LIVE, None, copy_of(THERE)))
    assert found.stand.availability is Availability.GONE_SITE
    assert any(url.startswith("https://5e5e5e5e5e5e.shore.example/") for url in asked)


def test_a_site_without_names_below_it_is_not_parked():
    def answer(ask):
        return failed(Failure.NO_SUCH_NAME) if "//www." not in ask.url else BARE

    def says(ask):
        return answer(ask)

    _, found = talk(
        judge(page(URL), random_hex=lambda count: "5e" * count, known=Known(Availability.LIVE, None, copy_of(THERE))),
        says,
    )
    assert found.stand.availability is not Availability.GONE_SITE


# --- the probe --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        (URL, r"https://www\.shore\.example/papers/2024/[a-z]{7}-[a-z]{4}[a-z]*\.html"),
        ("https://a.example/2024/", r"https://a\.example/[1-9]{12}/"),
        ("https://a.example/post/12", r"https://a\.example/post/[1-9]{12}"),
        ("https://a.example/?p=123", r"https://a\.example/\?p=[1-9]{12}"),
        ("https://a.example/", r"https://a\.example/[a-z]{12}"),
        ("https://a.example:8443/x/y.php?id=4", r"https://a\.example:8443/x/[a-z]{12}\.php"),
    ],
)
def test_a_sibling_has_the_shape_of_the_address_and_nobody_has_it(url, shape):
    found = random_sibling(parse_url(url), lambda count: "5e" * count)
    assert re.fullmatch(shape, found), found
    assert found != url
