"""What only members of the demo platforms see, and a log-in for them.

The platforms do what real ones do with it: they renew cookies, write their values into pages
and addresses, and hand tokens to scripts, which send them on.
"""

import html
from dataclasses import replace
from typing import Any

from archiver.demo.assets import fill
from archiver.demo.script import Act, Post
from archiver.demo.wire import Delivery, Reply, Request, json_reply, redirect, text
from archiver.demo.wire import html as page

__all__ = ["INSTAGRAM_RENEWED", "SECRETS", "cookies_txt", "instagram_member", "storage_state", "x_api", "x_member_page"]

INSTAGRAM = "58291734%3AqLanternKeeper%3A28%3AAYdZ0demo"
INSTAGRAM_RENEWED = "58291734%3AqLanternKeeper%3A29%3AAYeB1demo"
X = "c7d1e09ab4f24c55a0f6d3b8e2917f60deadbeef"
X_RENEWED = "0b6a4e7f35d9482c9be1a27c50f8d3e6deadbeef"
X_CSRF = "4d8f0a6c2b9e4713"
X_TOKEN = "xt.eyJzdWIiOiJsYW50ZXJuLWtlZXBlciJ9.Q2hhcmNvYWwvTGluZQ=="  # noqa: S105  # an invented one
X_ACCESS = "at-51f2c8d07be64a3f9d15-only-by-answer"
#: Every value that must be found nowhere in an archive.
SECRETS = (INSTAGRAM, INSTAGRAM_RENEWED, X, X_RENEWED, X_CSRF, X_TOKEN, X_ACCESS)
#: What an X member sees, who is of age and follows nobody.
_SHOWN = (Act.AGE, Act.EMPTY_TOMBSTONE)


def storage_state() -> dict[str, Any]:
    """The log-in as Playwright saves it."""
    return {
        "cookies": [
            _cookie("sessionid", INSTAGRAM, ".instagram.com"),
            _cookie("auth_token", X, ".x.com"),
            _cookie("ct0", X_CSRF, "x.com"),
            _cookie("lang", "en", ".x.com"),
        ],
        "origins": [
            {"origin": "https://x.com", "localStorage": [{"name": "token", "value": f'{{"refresh":"{X_TOKEN}"}}'}]}
        ],
    }


def cookies_txt() -> str:
    """The same for Instagram, as browsers' extensions export it."""
    return (
        "# Netscape HTTP Cookie File\n\n"
        f"#HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t4102444800\tsessionid\t{INSTAGRAM}\n"
        ".instagram.com\tTRUE\t/\tTRUE\t0\tds_user_id\t58291734\n"
    )


def _cookie(name: str, value: str, domain: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "domain": domain,
        "path": "/",
        "expires": 4102444800,
        "httpOnly": name != "ct0",
        "secure": True,
        "sameSite": "None",
    }


def _cookies(request: Request) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in request.header("Cookie").split(";"))
    return {name: value for name, _, value in pairs}


# --- Instagram -----------------------------------------------------------------------------


def instagram_member(request: Request) -> bool:
    """Whether a request carries the log-in."""
    return _cookies(request).get("sessionid") in (INSTAGRAM, INSTAGRAM_RENEWED)


# --- X ---------------------------------------------------------------------------------------


def x_member_page(request: Request, post: Post | None) -> Reply | None:
    """x.com to a member: the page of a post, after a detour that has the cookie in its address; None to others."""
    if _cookies(request).get("auth_token") not in (X, X_RENEWED):
        return None
    if request.path == "/keep":
        return text("kept\n")
    if request.path == "/socket":
        return Reply(delivery=Delivery.WEBSOCKET)
    if post is None:
        return None
    if "session" not in request.query:
        renewed = (("Set-Cookie", f"auth_token={X_RENEWED}; Domain=.x.com; Path=/; Secure; HttpOnly; SameSite=None"),)
        onward = redirect(f"https://x.com{request.path}?session={X}&csrf={X_CSRF}")
        return replace(onward, headers=(*onward.headers, *renewed))
    filled = fill("x/member.html", id=post.post_id, session=html.escape(X), csrf=X_CSRF)
    return replace(page(filled), coding="br", delivery=Delivery.CHUNKED)


def x_api(request: Request, post: Post | None) -> Reply:
    """api.x.com: a token for the refresh token, and posts for whoever has it."""
    allowed = (
        ("Access-Control-Allow-Origin", "https://x.com"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Headers", "authorization, x-csrf-token, content-type"),
    )
    if request.method == "OPTIONS":
        return Reply(status=204, headers=allowed)
    sent = request.header("Authorization")
    if request.path == "/token" and sent == f"Bearer {X_TOKEN}":
        answer = json_reply({"access": X_ACCESS, "padding": "-" * 600})
    elif post is not None and sent == f"Bearer {X_ACCESS}" and request.header("X-Csrf-Token") == X_CSRF:
        answer = json_reply(_told(post))
    else:
        answer = json_reply({"error": "not you"}, 401)
    return replace(answer, cross_origin=False, coding="zstd", insists=True, headers=allowed)


def _told(post: Post) -> dict[str, Any]:
    if post.act not in _SHOWN:
        return {"notice": "These posts are protected."}
    return {"text": post.text, "name": post.name, "handle": post.handle, "for": X, "padding": "-" * 600}
