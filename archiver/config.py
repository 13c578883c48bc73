"""Settings: one table, one frozen object.

A flag wins over the environment (`ARCHIVER_` and the name in capitals), that over
`archiver.toml` in the home, that over the default. An unknown key is an error.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from archiver.model.errors import UsageError
from archiver.model.settings import AlertSettings, AuthoritySettings, RedundancySettings, Vantage
from archiver.sections import SECTIONS, read_sections

__all__ = ["Settings", "load_settings", "settings_table"]


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every knob, with its unit in its name."""

    jobs: int = _setting(2, "captures at the same time")
    capture_budget_s: float = _setting(45.0, "seconds that one capture may take, all steps together")
    request_timeout_s: float = _setting(20.0, "seconds that a server may stay silent")
    response_limit_bytes: int = _setting(200_000_000, "largest response that is kept whole")
    article_limit_bytes: int = _setting(64_000_000, "largest article that is read whole")
    fresh_complete_s: int = _setting(7 * 86_400, "a complete capture younger than this is not made again")
    fresh_conclusive_s: int = _setting(86_400, "so is a conclusive failure (a removal notice, a 404)")
    page_height_px: int = _setting(12_000, "highest screenshot of a linked page")
    article_page: bool = _setting(True, "capture the page of each article too, and mark on it what it claims of posts")
    captures_per_article: int = _setting(1_000, "most posts and links captured of one article")
    pdf: bool = _setting(False, "keep linked pages as PDF too")
    context_depth: int = _setting(1, "steps from a cited post to posts captured with it (quoted, answered); 0: none")
    context_per_article: int = _setting(100, "most posts captured around those that one article cites")
    media_per_post: int = _setting(8, "images, videos and sounds kept of one post")
    media_limit_bytes: int = _setting(200_000_000, "bytes of media fetched of one post, all together")
    video_height_px: int = _setting(1080, "height of the best video quality that is fetched, where several are offered")
    recycle_after: int = _setting(100, "captures after which the browser is started afresh")
    keep_free_bytes: int = _setting(200_000_000, "disk space that is left alone: a run ends before it takes more")
    require_sandbox: bool = _setting(False, "refuse to capture in a browser without sandbox")
    language: str = _setting("en-US", "language asked of sites")
    strikes: int = _setting(3, "conclusive looks that must find a resource gone before it is declared lost")
    strike_gap_days: float = _setting(3.0, "days that must lie between two such looks")
    check_jobs: int = _setting(64, "resources checked at the same time, each on a host of its own")
    host_delay_s: float = _setting(1.0, "seconds between two requests to one host when resources are checked")
    poll_every_s: int = _setting(6 * 3_600, "seconds between two looks at a watched source, where it has no `--every`")
    run_budget_s: float = _setting(0.0, "seconds that `archiver run` may take without `--budget`; 0: no bound")
    alerts: AlertSettings = field(default_factory=AlertSettings, metadata={"section": "alerts"})
    redundancy: RedundancySettings = field(default_factory=RedundancySettings, metadata={"section": "redundancy"})
    vantages: tuple[Vantage, ...] = field(default_factory=tuple, metadata={"section": "vantage"})
    timestamps: tuple[AuthoritySettings, ...] = field(default_factory=tuple, metadata={"section": "timestamps"})
    canaries: Mapping[str, str] = field(default_factory=dict, metadata={"section": "canaries"})


def settings_table() -> list[tuple[str, Any, str]]:
    """Name, default and help of every plain setting, for the documentation; the sections are in `sections`."""
    return [(item.name, item.default, item.metadata["help"]) for item in fields(Settings) if "help" in item.metadata]


def load_settings(home: Path | None, flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force. `flags` are values given on the command line, None where not given.

    Raises UsageError for an unknown key, a value of the wrong type, or a broken TOML file.
    """
    kinds = {name: type(default) for name, default, _help in settings_table()}
    values, sections = _from_file(home / "archiver.toml", kinds) if home else ({}, {})
    values |= {
        name: _convert(kinds[name], environment[f"ARCHIVER_{name.upper()}"], f"ARCHIVER_{name.upper()}")
        for name in kinds
        if f"ARCHIVER_{name.upper()}" in environment
    }
    values |= {name: value for name, value in flags.items() if value is not None and name in kinds}
    named = {item.metadata["section"]: item.name for item in fields(Settings) if "section" in item.metadata}
    return Settings(**values, **{named[section]: value for section, value in sections.items()})


def _from_file(path: Path, kinds: Mapping[str, type]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plain settings, and the sections, that the file gives."""
    if not path.is_file():
        return {}, {}
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", next_step="Mend the file; it must be TOML.") from None
    known = (*kinds, *(f"[{name}]" for name in SECTIONS))
    unknown = sorted(raw.keys() - kinds.keys() - SECTIONS)
    if unknown:
        raise UsageError(f"{path}: unknown settings {', '.join(unknown)}", next_step=f"Known: {', '.join(known)}.")
    plain = {name: _convert(kinds[name], value, f"{path}: {name}") for name, value in raw.items() if name in kinds}
    return plain, read_sections({name: value for name, value in raw.items() if name in SECTIONS}, where=str(path))


def _convert(kind: type, value: Any, where: str) -> Any:
    if kind is bool:
        words = {True: True, False: False, "1": True, "0": False, "true": True, "false": False}
        if value in words:
            return words[value]
    elif not isinstance(value, bool):
        try:
            return kind(value)
        except (TypeError, ValueError):
            pass
    raise UsageError(f"{where}: expected {kind.__name__}, got {value!r}", next_step="Mend the value.")
