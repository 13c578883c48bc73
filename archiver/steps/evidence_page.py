"""The report of evidence for people: one page a capture, as HTML that asks nothing of any network, and prints."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from archiver.steps.evidence_log import LogEvidence
from archiver.steps.evidence_sheet import Sheet

__all__ = ["Told", "evidence_html", "fingerprint_of", "printed"]

#: So many captures get a page of their own, and so many files of each are listed; the rest is in the folder.
_MOST_PAGES, _MOST_FILES = 40, 9


@dataclass(frozen=True, slots=True)
class Told:
    """What the report is of. `operator` is as somebody stated it, `verifier` the SHA-256 of `verify.sh`."""

    log: LogEvidence
    sheets: tuple[Sheet, ...]
    made_at: datetime
    software: str
    operator: str | None
    verifier: str

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What `verify.sh --key` wants: the SHA-256 of each public key in DER, the one that signs the list first."""
        keys = self.log.keys
        first = self.log.signer
        return tuple(fingerprint_of(keys[key_id]) for key_id in (first, *(one for one in keys if one != first)))

    @property
    def unstamped(self) -> int:
        """How many captures are under no stamped checkpoint."""
        return sum(sheet.entry.under.at is None for sheet in self.sheets)

    @property
    def logged_in(self) -> int:
        """How many captures were made with a log-in."""
        return sum(sheet.logged_in for sheet in self.sheets)

    @property
    def missing(self) -> tuple[str, ...]:
        """What a reader might expect, and that is not here."""
        return (f"trusted time for {self.unstamped} of {len(self.sheets)} captures",) if self.unstamped else ()


def fingerprint_of(pem: bytes) -> str:
    """The SHA-256 of a public key in DER, in hexadecimal digits."""
    der = load_pem_public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def evidence_html(told: Told) -> str:
    """The page. Texts of strangers are escaped; its own policy lets no script run and nothing be fetched."""
    return printed("evidence_page.html.j2", told=told, sheets=told.sheets[:_MOST_PAGES], most_files=_MOST_FILES)


def printed(template: str, *, markup: bool = True, **given: object) -> str:
    """A text of ours, of a template: a page with the one style, or (not `markup`) plain text, escaping nothing."""
    environment = Environment(
        autoescape=markup,  # noqa: S701  # plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(instant=_instant, size=_size)
    if markup:
        style = _part("evidence_page.css")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        given |= {"style": Markup(style), "style_hash": f"sha256-{digest}"}  # noqa: S704  # our own
    return environment.from_string(_part(template)).render(**given)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _size(count: int) -> str:
    return f"{count:,} bytes"


def _part(name: str) -> str:
    return resources.files("archiver.steps").joinpath(name).read_text(encoding="utf-8")
