"""Pinterest: pins under a number, on the domain of every country.

Boards, profiles, ideas and the buttons that make a pin of the article are no posts; promoted
pins under a long token can't be seen from outside (pinterest/widgets #90). No id tells a time.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from bs4 import Tag

from archiver.model.records import MediaRef, PostRecord, PostRef
from archiver.model.rendering import Overlay, OverlayKind, RenderPlan, Sign
from archiver.model.states import Availability, Reason
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._meta import json_answer
from archiver.platforms._players import CHALLENGE, LOGIN, oembed_request, oembed_samples, read_oembed
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import (
    Answer,
    AnswerSample,
    Found,
    Markup,
    MarkupSample,
    Platform,
    Reading,
    RecordRequest,
    Sample,
)
from archiver.platforms.common import attr, dig, items, parse_json, refusal, text_at, unclear

__all__ = ["PLATFORM"]

_ENDINGS = (
    *("com", "at", "be", "ca", "ch", "cl", "co", "de", "dk", "ec", "es", "fr", "hu", "id", "ie", "in", "info", "it"),
    *("jp", "kr", "mx", "nl", "nz", "pe", "ph", "pt", "ru", "se", "th", "tw", "uk", "vn"),
    *("co.at", "co.in", "co.kr", "co.nz", "co.uk", "com.au", "com.bo", "com.ec", "com.mx", "com.pe", "com.py"),
    *("com.uy", "com.vn"),
)
_HOSTS = tuple(f"pinterest.{ending}" for ending in _ENDINGS)
#: The number stands alone, or behind the pin's words and two dashes.
_PIN = re.compile(r"(?:.{1,400}--)?([1-9][0-9]{3,24})")

# --- URLs ------------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    match url.segments:
        case ("oembed.json" | "oembed",):
            return url.param("url")
        case ("login",):
            return url.param("next")
    return None


def _identify(url: Url) -> PostRef | None:
    meant = unwrap(url, _wrapped, hosts=_HOSTS)
    match meant.segments if meant else ():
        case ("pin", name, *_) | ("amp", "pin", name, *_):
            return _post(name)
        case ("ext", "embed.html") if meant:
            return _post(meant.param("id") or "")
    return None


def _post(text: str) -> PostRef | None:
    found = _PIN.fullmatch(text)
    return PostRef("pinterest", found[1], f"https://www.pinterest.com/pin/{found[1]}/") if found else None


def _redirects(url: Url) -> bool:
    # `pin.it` leads here first.
    return url.segments[:1] == ("url_shortener",)


# --- markup ------------------------------------------------------------------------------------


def _at(text: str) -> list[Found]:
    url = parse_url(text)
    post = _identify(url) if url and host_in(url.host, _HOSTS) else None
    return [Found(post=post)] if post else []


def _read_code(tag: Tag) -> Iterable[Found]:
    """`<a data-pin-do="embedPin" href="…">`; `buttonPin`, `embedBoard` and `embedUser` are no pins."""
    return _at(attr(tag, "href")) if attr(tag, "data-pin-do") == "embedPin" else []


def _read_widget(tag: Tag) -> Iterable[Found]:
    """The rendered widget, saved with the page."""
    if attr(tag, "data-pin-log") != "embed_pin":
        return []
    post = _post(attr(tag, "data-pin-id"))
    return [Found(post=post)] if post else _at(attr(tag, "data-pin-href"))


def _read_amp(tag: Tag) -> Iterable[Found]:
    return _at(attr(tag, "data-url")) if attr(tag, "data-do") == "embedPin" else []


def _read_block(tag: Tag) -> Iterable[Found]:
    """Jetpack's block: a link with no words, which its script replaces."""
    link = tag.find("a", href=True)
    return _at(attr(link, "href")) if isinstance(link, Tag) else []


_MARKUP = (
    Markup("[data-pin-do=embedPin]", _read_code, attribute="data-pin-do"),
    Markup("[data-pin-log=embed_pin]", _read_widget, attribute="data-pin-log", begins="embed_pin"),
    Markup("amp-pinterest", _read_amp, tag="amp-pinterest", attribute="data-url"),
    Markup(".wp-block-jetpack-pinterest", _read_block, css_class="wp-block-jetpack-pinterest"),
)

# --- page ----------------------------------------------------------------------------------------

_OVERLAYS = (
    Overlay(
        "pinterest log-in",
        "[data-test-id='fullPageSignupModal'], [data-test-id='login-modal-default'], [data-test-id='giftWrap']",
        OverlayKind.LOGIN,
    ),
    Overlay(
        "pinterest app",
        "[data-test-id='floating-app-upsell'], [data-test-id='bottom-right-upsell']",
        OverlayKind.PROMO,
    ),
)


def _plan(post: PostRef) -> RenderPlan:
    return RenderPlan(
        f"https://assets.pinterest.com/ext/embed.html?id={post.post_id}",
        element=("[data-pin-log='embed_pin']", "span[class*='_embed_pin']", "body"),
        ready=("img[src*='pinimg.com/']", "[data-pin-log^='embed_pin'] img", "video"),
        text=("[class*='_description']", "[class*='_desc']", "[class*='_text']"),
        author=("[class*='_pinner']", "[class*='_avatar'] + *", "[class*='_name']"),
        media=("img[src*='pinimg.com/']", "video"),
        signs=(
            Sign(
                "[class*='_embed_pin'][class*='_error'], [class*='_not_found']", Availability.UNCLEAR, Reason.ERROR_PAGE
            ),
            LOGIN,
            CHALLENGE,
        ),
        overlays=_OVERLAYS,
        width_px=600,
    )


# --- record --------------------------------------------------------------------------------------


def _requests(post: PostRef) -> tuple[RecordRequest, ...]:
    return (
        # The endpoint of Pinterest's own widgets.
        RecordRequest(f"https://widgets.pinterest.com/v3/pidgets/pins/info/?pin_ids={post.post_id}"),
        oembed_request("https://www.pinterest.com/oembed.json", post.url),
    )


def _read(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    if "/oembed.json" in request.url:
        return read_oembed(
            answer, shows=lambda data: post.post_id in re.findall(r"[0-9]+", text_at(data, "html") or "")
        )
    if (refused := refusal(answer)) is not None:
        return refused
    pins = [pin for pin in items(parse_json(answer.body), "data") if str(dig(pin, "id")) == post.post_id]
    if answer.status != HTTPStatus.OK or not pins:
        return unclear(f"pidgets: HTTP {answer.status} without the pin")
    if dig(pins[0], "error") is not None or not _images(pins[0]):
        # Deleted pins and those on secret boards look alike.
        return unclear("pidgets: an entry without the pin's images")
    return Reading(Availability.LIVE, "pidgets gives the pin", _record(pins[0]))


def _images(pin: Any) -> list[Any]:
    """The sizes of the pin's image, the largest first."""
    images = dig(pin, "images")
    sizes = list(images.values()) if isinstance(images, dict) else []
    return sorted(sizes, key=lambda image: width if isinstance(width := dig(image, "width"), int) else 0, reverse=True)


def _record(pin: Any) -> PostRecord:
    largest = _images(pin)[0]
    url, profile = text_at(largest, "url"), parse_url(text_at(pin, "pinner", "profile_url") or "")
    return PostRecord(
        text=text_at(pin, "description"),
        name=text_at(pin, "pinner", "full_name"),
        handle=profile.segments[0] if profile and profile.segments else None,
        author_id=text_at(pin, "pinner", "id"),
        media=(MediaRef(url, "image", text_at(pin, "alt_text")),) if url else (),
    )


# --- samples ---------------------------------------------------------------------------------------

_AT = "https://www.pinterest.com/pin/228065168607834583/"
_V = "228065168607834583"
_INFO = {
    "id": _V,
    "description": "Bells at dawn",
    "pinner": {"id": "22806", "full_name": "Ann B", "profile_url": "https://www.pinterest.com/annb_harbour/"},
    "images": {
        "237x": {"url": "https://i.pinimg.example/237x/a.jpg", "width": 237, "height": 355},
        "564x": {"url": "https://i.pinimg.example/564x/a.jpg", "width": 564, "height": 846},
    },
}
_OEMBED = {
    "type": "rich",
    "version": "1.0",
    "title": "Bells at dawn",
    "author_name": "Ann B",
    "html": f'<iframe src="https://assets.pinterest.com/ext/embed.html?id={_V}"></iframe>',
}


def _answer(pin: object, availability: Availability, text: str | None = None, status: int = 200) -> AnswerSample:
    return AnswerSample(_AT, 0, json_answer({"status": "success", "data": [pin]}, status), availability, text)


PLATFORM = Platform(
    name="pinterest",
    title="Pinterest",
    hosts=_HOSTS,
    shorteners=("pin.it",),
    identify=_identify,
    redirects=_redirects,
    markup=_MARKUP,
    plan=_plan,
    record_requests=_requests,
    read_record=_read,
    samples=(
        *(
            Sample(url, _V, _AT)
            for url in (
                _AT,
                "http://pinterest.com/pin/228065168607834583",
                "https://www.pinterest.co.uk/pin/228065168607834583/",
                "https://www.pinterest.at/pin/228065168607834583/sent/?invite_code=d54&sender=837&sfo=1",
                "https://de.pinterest.com/pin/228065168607834583/?lp=true",
                "https://www.pinterest.com.au/pin/228065168607834583/",
                "https://www.pinterest.com/pin/bells-at-dawn--228065168607834583/",
                "https://www.pinterest.com/amp/pin/228065168607834583/",
                "https://assets.pinterest.com/ext/embed.html?id=228065168607834583&src=oembed",
                "https://www.pinterest.com/oembed.json?url=https%3A%2F%2Fwww.pinterest.de%2Fpin%2F228065168607834583%2F",
            )
        ),
        *(
            Sample(url, None)
            for url in (
                "https://www.pinterest.com/annb_harbour/",
                "https://www.pinterest.com/annb_harbour/bells/",
                "https://www.pinterest.com/annb_harbour/_saved/",
                "https://www.pinterest.com/ideas/harbour/952435847218/",
                "https://www.pinterest.com/search/pins/?q=228065168607834583",
                "https://www.pinterest.com/pin/create/button/?url=https%3A%2F%2Fnews.example%2F&media=x.jpg",
                "https://www.pinterest.com/pin/create/bookmarklet/?url=https%3A%2F%2Fnews.example%2F",
                "https://www.pinterest.com/pin/AQE1L9ZmmclhwO4OhLjN5dJdx9G69bFfNl2fJfHYLc5RRM-l7UUoGbk/",
                "https://assets.pinterest.com/js/pinit.js",
                "https://i.pinimg.com/564x/22/80/65/228065168607834583.jpg",
                "https://pin.it/5SXrLkP",
                "https://api.pinterest.com/url_shortener/5SXrLkP/redirect/",
                "https://www.pinterest.example/pin/228065168607834583/",
                "https://notpinterest.com/pin/228065168607834583/",
            )
        ),
    ),
    markup_samples=(
        MarkupSample(
            f'<a data-pin-do="embedPin" data-pin-width="large" href="{_AT}"></a>', "[data-pin-do=embedPin]", _V
        ),
        MarkupSample(
            f'<span class="PIN_1579_embed_pin" data-pin-log="embed_pin" data-pin-id="{_V}"><img></span>',
            "[data-pin-log=embed_pin]",
            _V,
        ),
        MarkupSample(
            f'<amp-pinterest width="245" height="330" data-do="embedPin" data-url="{_AT}"></amp-pinterest>',
            "amp-pinterest",
            _V,
        ),
        MarkupSample(
            f'<div class="wp-block-jetpack-pinterest aligncenter"><a href="https://www.pinterest.co.uk/pin/{_V}/"></a></div>',
            ".wp-block-jetpack-pinterest",
            _V,
        ),
        MarkupSample(
            f'<a data-pin-do="buttonPin" data-pin-id="{_V}" href="https://www.pinterest.com/pin/create/button/"></a>',
            None,
            None,
        ),
        MarkupSample(
            '<a data-pin-do="embedBoard" href="https://www.pinterest.com/annb_harbour/bells/"></a>', None, None
        ),
        MarkupSample('<a data-pin-do="embedUser" href="https://www.pinterest.com/annb_harbour/"></a>', None, None),
        MarkupSample(
            '<amp-pinterest data-do="buttonPin" data-url="https://www.flickr.com/photos/a/1"></amp-pinterest>',
            None,
            None,
        ),
        MarkupSample(
            '<div class="wp-block-jetpack-pinterest"><a href="https://www.pinterest.com/annb_harbour/bells/"></a></div>',
            None,
            None,
        ),
    ),
    answers=(
        _answer(_INFO, Availability.LIVE, "Bells at dawn"),
        _answer(_INFO | {"id": "228065168607834584"}, Availability.UNCLEAR),
        _answer({"id": _V, "error": {"message": "no pin"}}, Availability.UNCLEAR),
        _answer({"id": _V, "images": None}, Availability.UNCLEAR),
        _answer({"id": _V, "images": {}}, Availability.UNCLEAR),
        _answer(None, Availability.UNCLEAR, status=404),
        AnswerSample(_AT, 0, Answer(403, b"<html>"), Availability.BLOCKED),
        AnswerSample(_AT, 0, Answer(429), Availability.RATE_LIMITED),
        AnswerSample(_AT, 0, Answer(None), Availability.UNREACHABLE),
        *oembed_samples(AnswerSample(_AT, 1, json_answer(_OEMBED), Availability.LIVE, "Bells at dawn")),
    ),
)
