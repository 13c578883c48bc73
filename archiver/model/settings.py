"""The settings that are more than one value: the sections of `archiver.toml`, as the steps take them."""

from dataclasses import dataclass, field

__all__ = ["AlertSettings", "AuthoritySettings", "RedundancySettings", "Vantage"]


@dataclass(frozen=True, slots=True)
class Vantage:
    """Another place from which the web is seen: a `[[vantage]]`, reached through an HTTP proxy."""

    name: str
    proxy: str


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Where events are told: the section `[alerts]`.

    `webhook` are URLs that get a POST, `command` are command lines that get the event on
    standard input, `apprise` are addresses in apprise's form. `link_base` is the address at which
    stored copies can be seen; None: the alerts name their folder.
    """

    #: Each may hold a password or a token: they are never shown.
    webhook: tuple[str, ...] = field(default=(), repr=False)
    command: tuple[str, ...] = field(default=(), repr=False)
    apprise: tuple[str, ...] = field(default=(), repr=False)
    link_base: str | None = None

    @property
    def any_channel(self) -> bool:
        """Whether there is anybody to be told."""
        return bool(self.webhook or self.command or self.apprise)


@dataclass(frozen=True, slots=True)
class RedundancySettings:
    """Another archive, that is asked for its own copies: the section `[redundancy]`.

    `confirm` says whether it is asked at all, `submit` whether resources are handed to it too.
    `cdx` and `save` are the addresses of its CDX server and of its Save Page Now.
    """

    submit: bool = False
    cdx: str = "https://web.archive.org/cdx/search/cdx"
    save: str = "https://web.archive.org/save/"
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class AuthoritySettings:
    """A timestamp authority (RFC 3161) that stamps every checkpoint: a `[[timestamps]]`.

    `name` stands in the names of its files, so it stays when the address changes. `ca` is a PEM file with
    the root that is trusted for it. `policy` (dotted) and `signer` (the common name of the certificate
    that signs) are insisted on where they are given.
    """

    name: str
    #: It may hold a token: it is never shown.
    url: str = field(repr=False)
    ca: str
    policy: str | None = None
    signer: str | None = None
