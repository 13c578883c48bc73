"""`archiver diff`: what changed between the states of an article."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Any

import click

from archiver.catalog import Catalog, StoredVersion
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, plain, say, shorten, write_line
from archiver.cli.quoted import as_known
from archiver.cli.worddiff import diff_to_json, say_diff, styled
from archiver.home import Home
from archiver.lookup import resources_meant
from archiver.lookup.mention_pairs import Part
from archiver.lookup.versions import Changed, VersionDiff, article_states, diffs, state_at
from archiver.model.clock import format_at
from archiver.model.errors import UsageError
from archiver.model.overtime import Verification
from archiver.model.records import Mention
from archiver.model.verdicts import Diff

__all__ = ["command"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FOLDER = re.compile(r"(?:.*/)?(\d{8}T\d{6}Z-[A-Za-z0-9_-]+)/?")
_SIGNS = {"added": "+", "dropped": "-", "moved": "~", "edited": "*"}
_COLOURS = {"added": "green", "dropped": "red", "edited": "yellow"}
_WORDS = re.compile(r"\s*\S+")
_TEXT_CHARS = 90


@click.command("diff", short_help="What changed between states of an article.", no_args_is_help=True)
@click.argument("article", metavar="ARTICLE")
@click.option("--from", "since", metavar="STATE", help="From this state on: its id, or the day or instant it stood.")
@click.option("--to", "until", metavar="STATE", help="To this state [default: the newest].")
@command_options
def command(article: str, since: str | None, until: str | None, common: Common) -> None:
    """Show which embeds and links were added, dropped, moved or edited between the stored states of an article.

    ARTICLE is its URL, the file as it was archived, the name of one of its states, or words of its title. Every
    state is compared with the next; with --from or --to those two with each other. An embed of which
    only text is left is found again by its words: it is edited, and its form or permalink is named. With each
    goes the newest verdict on the quote (see `archiver verify`), and with what was dropped our own copy of it.

    The archive is read only. With --json one line a change; nothing is printed where nothing changed.

    \b
    archiver diff https://news.example/2026/11/harbour
    archiver diff https://news.example/2026/11/harbour --from 2026-11-01 --to 2026-11-22
    archiver diff --json https://news.example/2026/11/harbour | jq 'select(.change == "dropped")'
    """  # noqa: D301  # click reads the backspace itself
    home = common.home()
    with Catalog.open(home.catalog_file, readonly=True) as catalog:
        states = _states(catalog, article)
        chosen = _chosen(states, since, until)
        if not common.json:
            _introduce(states, chosen)
        for found in diffs(catalog, chosen):
            for one in found.changes:
                if common.json:
                    emit(_to_json(found, one))
            if not common.json:
                _show(found, home)


def _states(catalog: Catalog, article: str) -> list[StoredVersion]:
    named = _FOLDER.fullmatch(article)
    query = named[1] if named else as_known(article, catalog)
    states = article_states(catalog, resources_meant(catalog, query, cited=False))
    if not states:
        raise UsageError(f"no article is archived under {article!r}", next_step="`archiver archive` takes it in first.")
    articles = {one.resource.uri for one in states}
    if len(articles) > 1:
        raise UsageError(
            f"{article!r} means {len(articles)} articles", next_step=f"Name one: {', '.join(sorted(articles)[:5])}."
        )
    return states


def _chosen(states: Sequence[StoredVersion], since: str | None, until: str | None) -> list[StoredVersion]:
    if since is None and until is None:
        return list(states)
    first = _state(states, since, "--from") if since else states[0]
    last = _state(states, until, "--to") if until else states[-1]
    return [first, last]


def _state(states: Sequence[StoredVersion], text: str, option: str) -> StoredVersion:
    named = _FOLDER.fullmatch(text)
    if named:
        found = next((one for one in states if one.id == named[1]), None)
        if found is None:
            raise UsageError(f"{option}: {text} is no stored state of this article", next_step=_which(states))
        return found
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is neither a state nor a time", next_step=_which(states)) from None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return state_at(states, at, whole_day=_DAY.fullmatch(text) is not None)


def _which(states: Sequence[StoredVersion]) -> str:
    return f"There are {', '.join(one.id for one in states[-5:])}."


def _introduce(states: Sequence[StoredVersion], chosen: Sequence[StoredVersion]) -> None:
    newest = states[-1]
    say(f"{plain(newest.title or '')}  {plain(newest.url or newest.resource.uri)}".strip())
    if len(states) == 1:
        say(f"  one state only, fetched {_when(newest)}: nothing to compare it with yet")
    elif len(set(chosen)) == 1:
        say(f"  --from and --to mean the same state, fetched {_when(chosen[0])}")


def _show(found: VersionDiff, home: Home) -> None:
    say(f"  {_when(found.before)} → {_when(found.after)}  ({found.before.id} → {found.after.id})")
    for one in found.changes:
        _show_change(one, home)
    said = f"{found.kept} embeds and links as before"
    say(f"    {said}" if found.changes else f"    nothing changed: {said}")


def _show_change(one: Changed, home: Home) -> None:
    change = one.change
    mention = change.after or change.before
    moved = " and moved" if change.moved and change.edited else ""
    what = f" ({', '.join(change.edited)}){moved}" if change.edited else ""
    places = "→".join(str(side.ordinal) for side in (change.before, change.after) if side)
    kind = styled(f"{_SIGNS[change.kind]} {change.kind}", fg=_COLOURS.get(change.kind), bold=True)
    write_line(f"    {kind}{what}  #{places}  {_named(mention)}")
    if verdicts := _verdicts(one):
        say(f"        {verdicts}")
    if Part.TEXT in change.edited:
        say_diff(_claim_diff(one), indent=8)
    if one.copy is not None:
        say(f"        our copy of {one.copy.started_at:%Y-%m-%d}: {home.snapshots / one.copy.path}")
    elif change.after is None and mention and mention.url:
        say("        we have no copy of it")


def _named(mention: Mention | None) -> str:
    if mention is None:
        return ""
    claim = mention.claim
    author = f"@{claim.handle}" if claim and claim.handle else (claim and claim.name) or ""
    text = shorten((claim and claim.text) or mention.anchor, _TEXT_CHARS)
    parts = (mention.kind.value, mention.platform or "", author, mention.url or "(no permalink)", text)
    return "  ".join(plain(part) for part in parts if part)


def _verdicts(one: Changed) -> str:
    before, after = (f"{found.verdict}" if found else "" for found in (one.verdict_before, one.verdict_after))
    if before and after and before != after:
        return f"the quote was {before}, and is {after}"
    return f"the quote is {after}" if after else f"the quote was {before}" if before else ""


def _claim_diff(one: Changed) -> Diff:
    """What the newer claim says otherwise than the older one, word by word."""
    sides = (one.change.before, one.change.after)
    old, new = (_WORDS.findall((side and side.claim and side.claim.text) or "") for side in sides)
    found: list[tuple[str, str]] = []
    for action, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if action == "equal":
            found.append(("=", "".join(old[start:end])))
            continue
        found += [("-", "".join(old[start:end]))] if end > start else []
        found += [("+", "".join(new[new_start:new_end]))] if new_end > new_start else []
    return tuple(found)


def _to_json(found: VersionDiff, one: Changed) -> dict[str, Any]:
    change = one.change
    mention = change.after or change.before
    return {
        "article": found.after.url or found.after.resource.uri,
        "from": found.before.id,
        "to": found.after.id,
        "change": change.kind.value,
        "moved": change.moved,
        "edited": [part.value for part in change.edited],
        "kind": mention.kind.value if mention else None,
        "platform": mention.platform if mention else None,
        "post_id": mention.post_id if mention else None,
        "url": mention.url if mention else None,
        "anchor": mention.anchor if mention else None,
        "ordinal_from": change.before.ordinal if change.before else None,
        "ordinal_to": change.after.ordinal if change.after else None,
        "text_from": _text(change.before),
        "text_to": _text(change.after),
        "diff": diff_to_json(_claim_diff(one)) if Part.TEXT in change.edited else [],
        "verdict_from": _verdict_json(one.verdict_before),
        "verdict_to": _verdict_json(one.verdict_after),
        "copy": one.copy.path if one.copy else None,
    }


def _text(mention: Mention | None) -> str | None:
    return mention.claim.text if mention and mention.claim else None


def _verdict_json(found: Verification | None) -> dict[str, Any] | None:
    if found is None:
        return None
    reasons = [cue.value for cue in found.cues]
    return {"verdict": found.verdict.value, "reasons": reasons, "at": format_at(found.at), "basis": found.basis}


def _when(version: StoredVersion) -> str:
    return f"{version.fetched_at:%Y-%m-%d %H:%M}"
