"""What befalls whole platforms and sites for some days: drawn, and answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from archiver.demo.assets import fill
from archiver.demo.lives import Host, Trouble, TroubleKind
from archiver.demo.lives_fates import Span
from archiver.demo.wire import Delivery, Reply, Request, html, json_reply, redirect, text

__all__ = ["draw_troubles", "trouble_reply"]

#: Days and share of each trouble of a platform; all of them befall every platform once.
_PLATFORMS: Sequence[tuple[TroubleKind, float, float]] = (
    (TroubleKind.STORM, 2.5, 1.0),
    (TroubleKind.OUTAGE, 7.5, 1.0),
    (TroubleKind.ENDPOINT_404, 8.0, 1.0),
    (TroubleKind.PARTIAL, 12.0, 0.4),
    (TroubleKind.FORGETFUL, 8.0, 1.0),
    (TroubleKind.LOGIN_WALL, 9.0, 1.0),
    (TroubleKind.ENDPOINT_400, 7.5, 1.0),
    (TroubleKind.CHALLENGE, 7.5, 1.0),
    (TroubleKind.ENDPOINT_ODD, 7.5, 1.0),
    (TroubleKind.STORM, 1.5, 0.5),
    (TroubleKind.SILENCE, 2.0, 0.1),
)
#: The same for sites; each site has one or two of them.
_SITES: Sequence[tuple[TroubleKind, float, float]] = (
    (TroubleKind.OUTAGE, 7.5, 1.0),
    (TroubleKind.TLS_EXPIRED, 12.0, 1.0),
    (TroubleKind.CHALLENGE, 15.0, 1.0),
    (TroubleKind.STORM, 3.0, 1.0),
    (TroubleKind.PARTIAL, 15.0, 0.5),
    (TroubleKind.LOGIN_WALL, 10.0, 1.0),
    (TroubleKind.NO_DNS, 8.0, 1.0),
    (TroubleKind.SILENCE, 2.0, 0.5),
)
_FIRST_DAY_SHARE, _LAST_DAY_SHARE = 0.04, 0.97


def draw_troubles(rng: Random, platforms: Iterable[str], hosts: Sequence[Host], span: Span) -> tuple[Trouble, ...]:
    """Every trouble once for every platform, and one or two for every third site; a platform's never overlap."""
    found = [trouble for number, name in enumerate(platforms) for trouble in _platform(rng, name, number, span)]
    for number, host in enumerate(hosts[::3]):
        kinds = [_SITES[number % len(_SITES)]] + ([rng.choice(_SITES)] if number % 4 == 0 else [])
        for slot, (kind, days, share) in enumerate(kinds):
            room = span.days * (_LAST_DAY_SHARE - _FIRST_DAY_SHARE) / len(kinds)
            start = span.at(span.days * _FIRST_DAY_SHARE + room * slot + rng.uniform(0, max(room - days, 1)))
            possible = TroubleKind.OUTAGE if kind is TroubleKind.TLS_EXPIRED and host.scheme == "http" else kind
            found.append(Trouble(possible, host.name, start, start + timedelta(days=days), share))
    return tuple(found)


def _platform(rng: Random, name: str, number: int, span: Span) -> list[Trouble]:
    """One slot of the time for each trouble, in another order for each platform."""
    kinds = [*_PLATFORMS[number % len(_PLATFORMS) :], *_PLATFORMS[: number % len(_PLATFORMS)]]
    slot = span.days * (_LAST_DAY_SHARE - _FIRST_DAY_SHARE) / len(kinds)
    found = []
    for place, (kind, days, share) in enumerate(kinds):
        start = span.at(span.days * _FIRST_DAY_SHARE + slot * place + rng.uniform(0, max(slot - days, 0.5)))
        found.append(Trouble(kind, name, start, start + timedelta(days=days), share))
    return found


def trouble_reply(trouble: Trouble, request: Request, rng: Random) -> Reply | None:
    """What is answered in place of the truth; None where the request goes through all the same."""
    if trouble.share < 1.0 and rng.random() >= trouble.share:
        return None
    if trouble.kind is TroubleKind.LOGIN_WALL:
        return _login(request)
    if trouble.kind in (TroubleKind.OUTAGE, TroubleKind.PARTIAL):
        too_many = trouble.kind is TroubleKind.PARTIAL and rng.random() < 0.3  # noqa: PLR2004  # a share
        return _TOO_MANY if too_many else _broken(rng)
    # Names, certificates and forgotten posts are played elsewhere.
    return _ALIKE.get(trouble.kind)


_CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies "
    'to continue</noscript><script src="/cdn-cgi/challenge-platform/h/b/orchestrate/v1"></script></body></html>'
)
_TOO_MANY = replace(text("Too Many Requests\n", 429), headers=(("Retry-After", "3600"),))
_ALIKE: Mapping[TroubleKind, Reply] = {
    TroubleKind.STORM: _TOO_MANY,
    TroubleKind.SILENCE: Reply(delivery=Delivery.SILENT),
    TroubleKind.ENDPOINT_404: html(fill("shared/plain.html", title="404", body="<h1>Not Found</h1>"), 404),
    TroubleKind.ENDPOINT_400: json_reply({"error": "unsupported_version", "message": "No longer served"}, 400),
    TroubleKind.ENDPOINT_ODD: json_reply({"v": 4, "data": {"items": []}, "next": None}),
    TroubleKind.CHALLENGE: replace(html(_CHALLENGE, 403), headers=(("cf-mitigated", "challenge"),)),
}


def _broken(rng: Random) -> Reply:
    if rng.random() < 0.2:  # noqa: PLR2004  # a share
        return Reply(delivery=Delivery.RESET)
    status, words = rng.choice(((500, "Internal Server Error"), (502, "Bad Gateway"), (503, "Service Unavailable")))
    return html(fill("shared/plain.html", title=f"{status} {words}", body=f"<h1>{words}</h1>"), status)


def _login(request: Request) -> Reply:
    """Pages lead to the log-in, endpoints refuse."""
    if request.path == "/login":
        form = '<form method="post" action="/login"><input name="user"><input type="password" name="password"></form>'
        return html(fill("shared/plain.html", title="Log in", body=f"<h1>Log in to go on</h1>{form}"))
    if "json" in request.path or request.host.startswith(("api.", "graph.", "cdn.", "public.", "publish.")):
        return json_reply({"error": "login_required", "message": "You must log in"}, 401)
    return redirect(f"{request.scheme}://{request.host}/login")
