"""The files shipped with the demo web: pages with `{{holes}}`, scripts, style sheets."""

import html
import re
from functools import cache
from importlib.resources import files

from archiver.demo.wire import Reply, Request

__all__ = ["asset", "asset_reply", "escape", "fill", "paragraphs", "static"]

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "application/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
}


@cache
def asset(name: str) -> bytes:
    """The bytes of a shipped file, by its path below `assets/`."""
    return (files("archiver.demo") / "assets" / name).read_bytes()


@cache
def asset_reply(name: str) -> Reply:
    """A shipped file as it is served: cacheable, readable by any origin."""
    return Reply(
        asset(name),
        _MEDIA_TYPES[name.rpartition(".")[2]],
        headers=(("Cache-Control", "public, max-age=600"),),
        cross_origin=True,
    )


def static(request: Request, folder: str) -> Reply | None:
    """The shipped file of `folder` that the request's last path part names, or None."""
    name = request.segments[-1] if request.segments else ""
    if not re.fullmatch(r"[\w-]+\.(?:css|js|svg|ttf)", name):
        return None
    for path in (f"{folder}/{name}", f"shared/{name}"):
        if (files("archiver.demo") / "assets" / path).is_file():
            return asset_reply(path)
    return None


def fill(template: str, **values: str) -> str:
    """The shipped page `template` with every `{{hole}}` filled; values are HTML already.

    A hole without a value raises KeyError.
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda hole: values[hole.group(1)], asset(template).decode())


def escape(words: str) -> str:
    """`words` as HTML text or attribute value."""
    return html.escape(words, quote=True)


def paragraphs(words: str) -> str:
    """Escaped text whose line breaks are `<br>`."""
    return escape(words).replace("\n", "<br>")
