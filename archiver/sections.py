"""The sections of `archiver.toml`: what stands under a heading of its own."""

import re
from collections.abc import Mapping
from typing import Any

from archiver.model.errors import UsageError
from archiver.model.settings import AlertSettings, AuthoritySettings, RedundancySettings, Vantage
from archiver.platforms import all_platforms, identify

__all__ = ["SECTIONS", "read_sections", "sections_table"]

#: Section → key → help. A new key here must be one of the dataclass in `model.settings`.
_KEYS: dict[str, dict[str, str]] = {
    "vantage": {
        "name": "what evidence calls this vantage; repeat `[[vantage]]` for more than one",
        "proxy": "its HTTP proxy, `http://HOST:PORT`: asked before a loss is declared",
    },
    "alerts": {
        "webhook": "a URL, or a list of them, that gets a POST with JSON",
        "command": "a command line, or a list of them, that gets the JSON on standard input",
        "apprise": "an address in apprise's form, or a list of them (needs the extra `alerts`)",
        "link_base": "the address below which stored copies can be seen, for the links in alerts",
    },
    "redundancy": {
        "confirm": "ask another archive for its own copies (default: false)",
        "submit": "hand resources to it of which it has none (default: false; implies `confirm`)",
        "cdx": f"its CDX server (default: {RedundancySettings().cdx})",
        "save": f"its Save Page Now (default: {RedundancySettings().save})",
    },
    "timestamps": {
        "name": "what files call this authority: small letters, digits, `-`; repeat `[[timestamps]]` for a second one",
        "url": "its address for RFC 3161 over HTTP: every checkpoint of the log is stamped there",
        "ca": "a PEM file with the root certificate that is trusted for it, relative to the home",
        "policy": "the policy that its timestamps must be under, as a dotted number (default: any)",
        "signer": "the common name of the certificate that must have signed (default: any below the root)",
    },
    "canaries": {"PLATFORM": 'a post of that platform that is known to be live: `bluesky = "https://bsky.app/…"`'},
}
SECTIONS = frozenset(_KEYS)


def sections_table() -> list[tuple[str, str, str]]:
    """Section (as written), key and help of everything in a section, for the documentation."""
    shown = {"vantage": "[[vantage]]", "timestamps": "[[timestamps]]"}
    return [
        (shown.get(section, f"[{section}]"), key, text) for section, keys in _KEYS.items() for key, text in keys.items()
    ]


def read_sections(raw: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """The sections as their dataclasses; `where` names the file.

    Raises UsageError for an unknown key or a wrong value.
    """
    readers = {
        "vantage": _vantages,
        "alerts": _alerts,
        "redundancy": _redundancy,
        "timestamps": _timestamps,
        "canaries": _canaries,
    }
    return {section: readers[section](value, f"{where}: {section}") for section, value in raw.items()}


def _vantages(value: Any, where: str) -> tuple[Vantage, ...]:
    if not isinstance(value, list):
        raise _wrong(where, "tables, each under [[vantage]]", value)
    found = []
    for item in value:
        table = _table(item, "vantage", where)
        vantage = Vantage(_text(table.get("name"), f"{where}.name"), _text(table.get("proxy"), f"{where}.proxy"))
        if not vantage.proxy.startswith(("http://", "https://")):
            raise _wrong(f"{where}.proxy", "http://HOST:PORT", vantage.proxy)
        found.append(vantage)
    return tuple(found)


def _alerts(value: Any, where: str) -> AlertSettings:
    table = _table(value, "alerts", where)
    lists = {key: _texts(table.get(key, []), f"{where}.{key}") for key in ("webhook", "command", "apprise")}
    link_base = _text(table["link_base"], f"{where}.link_base") if "link_base" in table else None
    return AlertSettings(**lists, link_base=link_base)


def _redundancy(value: Any, where: str) -> RedundancySettings:
    table = _table(value, "redundancy", where)
    usual = RedundancySettings()
    submit = _switch(table.get("submit", usual.submit), f"{where}.submit")
    return RedundancySettings(
        submit=submit,
        cdx=_text(table.get("cdx", usual.cdx), f"{where}.cdx"),
        save=_text(table.get("save", usual.save), f"{where}.save"),
        confirm=_switch(table.get("confirm", usual.confirm), f"{where}.confirm") or submit,
    )


def _timestamps(value: Any, where: str) -> tuple[AuthoritySettings, ...]:
    if not isinstance(value, list):
        raise _wrong(where, "tables, each under [[timestamps]]", value)
    found = []
    for item in value:
        table = _table(item, "timestamps", where)
        needed = {key: _text(table.get(key), f"{where}.{key}") for key in ("name", "url", "ca")}
        asked = {key: _text(table[key], f"{where}.{key}") for key in ("policy", "signer") if key in table}
        found.append(AuthoritySettings(**needed, **asked))
        _check_authority(found[-1], where)
    if len({one.name for one in found}) != len(found):
        raise UsageError(f"{where}: two of one name", next_step="Give each authority a name of its own.")
    return tuple(found)


def _check_authority(authority: AuthoritySettings, where: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", authority.name):
        raise _wrong(f"{where}.name", "small letters, digits and -, at most 32", authority.name)
    if not authority.url.startswith(("http://", "https://")):
        raise _wrong(f"{where}.url", "an http(s) URL", authority.url)
    if authority.policy is not None and not re.fullmatch(r"[012](\.(0|[1-9][0-9]{0,17})){1,30}", authority.policy):
        raise _wrong(f"{where}.policy", "a dotted number such as 1.3.6.1.4.1.4146.2.3", authority.policy)


def _canaries(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong(where, "a table", value)
    known = {platform.name for platform in all_platforms()}
    for name, url in value.items():
        if name not in known:
            raise UsageError(f"{where}: unknown platform {name}", next_step=f"Known: {', '.join(sorted(known))}.")
        post = identify(_text(url, f"{where}.{name}"))
        if post is None or post.platform != name:
            raise _wrong(f"{where}.{name}", f"the address of a post on {name}", url)
    return dict(value)


def _table(value: Any, section: str, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(where, "a table", value)
    unknown = sorted(value.keys() - _KEYS[section].keys())
    if unknown:
        known = ", ".join(_KEYS[section])
        raise UsageError(f"{where}: unknown settings {', '.join(unknown)}", next_step=f"Known: {known}.")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(where, "a text", value)
    return value.strip()


def _texts(value: Any, where: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_text(item, where) for item in values)


def _switch(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(where, "true or false", value)
    return value


def _wrong(where: str, expected: str, value: Any) -> UsageError:
    """The value itself may hold a token or a password, and is not shown."""
    got = "another text" if isinstance(value, str) else f"a value of type {type(value).__name__}"
    return UsageError(f"{where}: expected {expected}, got {got}", next_step="Mend the value.")
