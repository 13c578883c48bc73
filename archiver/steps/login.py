"""Captures with somebody's log-in: when one is made, what it may say, and what of it is stored.

A post that only a log-in shows is captured twice. The first capture is what the public gets,
a wall mostly, and stays evidence of that. The second is made with the session, says so, and
its secrets are taken out before anything of it is hashed. Two folders, because each is one
dated visit with its own records and its own digests: a wall that is overwritten by what a
member sees could no longer show that there was one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from archiver.model.codec import from_json, to_json
from archiver.model.exchange import Exchange
from archiver.model.records import Capture, SessionRedaction
from archiver.model.secrets import Secrets
from archiver.model.sessions import Session, session_for
from archiver.model.states import ArtefactRole, Availability, Origin, Outcome, Reason
from archiver.model.urls import parse_url
from archiver.platforms.base import RecordRequest
from archiver.steps.aim import aim_at
from archiver.steps.gate import Judgement
from archiver.steps.redact import RULES, Taken, redact_exchanges, secrets_of
from archiver.store import DraftFile

__all__ = ["Login", "login_for", "without_secrets"]

#: What a log-in may open. A block, a rate limit or a notice is none of it.
_STATES = frozenset((Availability.LOGIN, Availability.PROTECTED, Availability.AGE))
_WALLS = frozenset((Reason.LOGIN_WALL, Reason.AGE_GATE))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Login:
    """A session for one resource, and the capture that was made without it."""

    session: Session
    public: Capture

    def judgement(self, seen: Judgement) -> Judgement:
        """What a logged-in capture may say: the availability is that for the public, whatever a member sees.

        What only a log-in shows is not publicly live, and what is hidden from one member
        is not gone. The outcome is that of the capture: whether the post was in its frame.
        """
        public = self.public.observations[-1].evidence
        evidence = f"logged in for {self.session.label}: {seen.evidence}; without a log-in: {public}"
        return replace(seen, availability=self.public.availability, evidence=evidence)

    def may_ask(self, request: RecordRequest) -> bool:
        """Whether an endpoint can say more to a member than it said without; else it is not asked again."""
        return bool(self.session.cookies_for(request.url))


def login_for(capture: Capture, sessions: Sequence[Session]) -> Login | None:
    """The log-in with which to capture a resource once more; None where none is needed, or there is none for it."""
    if not sessions or not capture.observations or capture.outcome is Outcome.COMPLETE or capture.environment.logged_in:
        return None
    if capture.availability not in _STATES and _WALLS.isdisjoint(capture.reasons):
        return None
    # A log-in for another host than that of the page to be shown would change nothing of it.
    shown = parse_url(aim_at(capture.resource, page_height_px=0, session=Session()).plan.url)
    session = session_for((shown.host,), sessions) if shown else None
    return Login(session, capture) if session else None


def without_secrets(
    draft: Capture, files: Sequence[DraftFile], exchanges: Sequence[Exchange], login: Login
) -> tuple[Capture, tuple[DraftFile, ...], tuple[Exchange, ...]]:
    """What may be sealed of a logged-in capture, and a file that says in words what was taken out of it."""
    taken, secrets = Taken(), secrets_of(login.session, exchanges)
    safe = redact_exchanges(exchanges, secrets, taken)
    cleaned = [_without(file, secrets, taken) for file in files]
    altered = tuple(new.path for old, new in zip(files, cleaned, strict=True) if new.data != old.data)
    label = replace(draft.environment, logged_in=True, session=login.session.label)
    # Only the deciding observation: what an endpoint told a member is no word for the public.
    draft = _said_without(replace(draft, environment=label, observations=draft.observations[-1:]), secrets, taken)
    redaction = SessionRedaction(
        RULES, dict(sorted(taken.fields.items())), taken.values, taken.records, taken.decoded, taken.dropped, altered
    )
    note = DraftFile(
        "redaction.txt", ArtefactRole.REDACTION, Origin.PRODUCED, "text/plain", _in_words(redaction, login).encode()
    )
    return replace(draft, redaction=redaction), (*cleaned, note), safe


def _without(file: DraftFile, secrets: Secrets, taken: Taken) -> DraftFile:
    data, places = secrets.out_of(file.data)
    taken.values += places
    return replace(file, data=data) if places else file


def _said_without(draft: Capture, secrets: Secrets, taken: Taken) -> Capture:
    """The record with every text that came from the page or the wire cleaned; what names the resource is older."""

    def clean(value: T) -> T:
        safe, places = _cleaned(to_json(value), secrets)
        taken.values += places
        return from_json(type(value), safe) if places else value

    return replace(
        draft,
        final_url=draft.final_url and clean(draft.final_url),
        observations=tuple(map(clean, draft.observations)),
        record=draft.record and clean(draft.record),
        layers=tuple(map(clean, draft.layers)),
        steps=tuple(map(clean, draft.steps)),
        events=tuple(map(clean, draft.events)),
    )


def _cleaned(value: object, secrets: Secrets) -> tuple[object, int]:
    """A JSON value without secrets, and in how many places there were some."""
    if isinstance(value, str):
        return secrets.out_of_text(value)
    if isinstance(value, list):
        items = [_cleaned(item, secrets) for item in value]
        return [item for item, _ in items], sum(places for _, places in items)
    if isinstance(value, dict):
        pairs = {name: _cleaned(item, secrets) for name, item in value.items()}
        return {name: item for name, (item, _) in pairs.items()}, sum(places for _, places in pairs.values())
    return value, 0


def _in_words(redaction: SessionRedaction, login: Login) -> str:
    fields = ", ".join(f"{name} ({count})" for name, count in redaction.fields.items()) or "none"
    return (
        f"This capture was made logged in, with a session for {login.session.label}.\n"
        f"It shows what a member saw. Without a log-in the resource stood as: {login.public.availability}.\n\n"
        f"Before any digest was computed, secrets were taken out (rules: {redaction.rules}). Each was overwritten\n"
        "by REDACTED and as many x as make up its length.\n\n"
        f"Header fields whose values went: {fields}\n"
        f"Other places where a secret stood: {redaction.values}\n"
        f"WARC records that are not as they were sent: {redaction.records} (each says so in Archiver-Redacted)\n"
        f"Bodies stored without their content coding: {redaction.decoded}\n"
        f"Bodies and WebSocket frames left out: {redaction.dropped}\n"
        f"Files of this folder that were altered: {', '.join(redaction.files) or 'none'}\n"
        "The screenshot is as the browser drew it: it may show whose account it was.\n"
    )
