"""What of a page's frames is its machinery: advertisements, measuring, consent, captchas, comments, forms.

Told by structure first (its size, its names, its address), by a short list of hosts second.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from archiver.extract.links import is_share
from archiver.extract.markup import names_of
from archiver.model.urls import Url, host_in
from archiver.platforms import all_platforms

__all__ = ["is_machinery", "is_unknown"]

_AD_WORDS = names_of("ad ads advert advertisement advertising captcha recaptcha")
#: Words that name machinery, as whole words of an element's names. (A frame that waits for consent is named by it.)
_WORDS = _AD_WORDS | names_of(
    "adframe adserver adservice adsense adslot adsystem adtech adverts dfp gpt doubleclick googlesyndication"
    " googletagmanager gtm pixel beacon tracking tracker analytics hcaptcha turnstile comments disqus newsletter"
    " newsletters signup subscribe login signin checkout paywall donate livechat intercom likebox sponsor sponsored"
    " taboola outbrain mailchimp"
)
#: Words that name machinery, as whole parts of an address.
_URL_WORDS = _WORDS | names_of(
    "consent cookie cookies cmp gdpr comment oauth sso subscription donation subscribe_embed"
)
#: Hosts of machinery whose names don't say so.
_HOSTS = (
    *("2mdn.net", "2o7.net", "accounts.google.com", "addthis.com", "addtoany.com", "adnxs.com", "amazon-adsystem.com"),
    *("apis.google.com", "beehiiv.com", "challenges.cloudflare.com", "commento.io", "convertkit.com", "cookiebot.com"),
    *(
        "cookielaw.org",
        "criteo.com",
        "crisp.chat",
        "cxense.com",
        "demdex.net",
        "dianomi.com",
        "didomi.io",
        "gstatic.com",
    ),
    *("hsforms.com", "hsforms.net", "hyvor.com", "iubenda.com", "list-manage.com", "mailerlite.com", "mgid.com"),
    *("onetrust.com", "openweb.com", "paypal.com", "piano.io", "plista.com", "plus.google.com", "privacy-mgmt.com"),
    *("quantcast.com", "revcontent.com", "rubiconproject.com", "sharethis.com", "spot.im", "stripe.com", "tawk.to"),
    *("teads.tv", "tinypass.com", "trustarc.com", "usercentrics.eu", "viafoura.co", "zendesk.com", "zergnet.com"),
)
#: Here a whole blog's `/embed` is the form by which one subscribes.
_FORM_HOSTS = ("substack.com",)
#: Platforms of which a player may show more than one post: a list, a channel.
_PLAYERS = names_of("dailymotion odysee rumble soundcloud spotify twitch vimeo youtube")
_PLAYER_WORDS = frozenset({"embed", "player", "embeds"})
_NAMES = ("id", "class", "name")
_LABELS = ("title", "aria-label")
_TINY = re.compile(r"\s{0,9}[01](?:px)?\s{0,9}")
_SIDE_STYLE = re.compile(r"(?:^|[;\s])(width|height)\s{0,3}:\s{0,3}([\w.%]{1,20})")
_AWAY = re.compile(r"(?:left|top)\s{0,3}:\s{0,3}-\d{3,5}")
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden")
_WORD = re.compile(r"[a-z]{2,20}")
_PATH_PARTS = 3
_NAME_CHARS = 400


def is_machinery(attrs: Mapping[str, str], url: Url | None) -> bool:
    """Whether the element (or what it shows) is a part of the page's works and no part of the article."""
    if _is_unseen(attrs):
        return True
    if not _WORDS.isdisjoint(_words(attrs, _NAMES)) or not _AD_WORDS.isdisjoint(_words(attrs, _LABELS)):
        return True
    if any(name.startswith("data-ad-") or name == "data-google-query-id" for name in attrs):
        return True
    if url is None:
        return False
    is_form = host_in(url.host, _FORM_HOSTS) and url.segments == ("embed",)
    return is_form or is_share(url) or host_in(url.host, _HOSTS) or not _URL_WORDS.isdisjoint(_parts(url))


def is_unknown(url: Url) -> bool:
    """Whether no platform knows the host, or what is shown of it is a player of many posts."""
    labels, known = url.host.split("."), _known_hosts()
    claimant = next(filter(None, (known.get(".".join(labels[n:])) for n in range(len(labels)))), None)
    return claimant is None or (claimant in _PLAYERS and not _PLAYER_WORDS.isdisjoint((*url.segments, labels[0])))


@cache
def _known_hosts() -> dict[str, str]:
    return {host: p.name for p in all_platforms() for host in p.hosts + p.mirrors + p.shorteners}


def _is_unseen(attrs: Mapping[str, str]) -> bool:
    """Whether all that is said of its size makes it a point, or it is hidden though it has loaded."""
    style = attrs.get("style", "")
    told = dict(_SIDE_STYLE.findall(style)) | {side: attrs[side] for side in ("width", "height") if side in attrs}
    if told and all(map(_TINY.fullmatch, told.values())) and "min-width" not in style:
        return True
    return bool(style) and (_AWAY.search(style) or ("src" in attrs and _HIDDEN.search(style))) is not None


def _words(attrs: Mapping[str, str], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name in attrs:
            yield from _WORD.findall(attrs[name][:_NAME_CHARS].lower())


def _parts(url: Url) -> Iterator[str]:
    yield from re.split(r"[.-]", url.host)
    yield from (part.lower() for part in url.segments[:_PATH_PARTS])
