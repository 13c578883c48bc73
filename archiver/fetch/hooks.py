"""POST through the tap, for what is told to others: never to a page, and never into the evidence.

An address may be a secret of its own (a token in its path, or in the name of its host). So
nothing that comes out of here names it: no note, no exception, no log line.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar

from archiver.fetch.posted import Posted
from archiver.model.exchange import FAILURE_HEADER, Failure
from archiver.model.urls import parse_url

__all__ = ["Hooks"]

_ANSWER_BYTES = 1 << 20
_CHUNK_BYTES = 64 * 1024
_BAD_GATEWAY = 502


class Hooks:
    """Sends POSTs through the proxy of one lane of a tap. Not thread-safe; a context manager.

    It reads nothing from the environment, trusts only `ca_file`, keeps no cookies, follows no
    redirect and never sends twice. What the lane has recorded is dropped with the lane: whoever
    owns it must not drain it into the evidence.
    """

    def __init__(self, *, proxy_url: str, ca_file: Path, user_agent: str, timeout_s: float = 30.0) -> None:
        self.proxy_url, self.ca_file, self._timeout_s = proxy_url, ca_file, timeout_s
        self._session = session = requests.Session()
        session.trust_env = False
        session.proxies = {"http": proxy_url, "https": proxy_url}
        session.verify = str(ca_file)
        session.headers.update({"User-Agent": user_agent, "Accept": "*/*"})
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=0))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """The answer to one POST. Raises RuntimeError only if the tap itself is gone."""
        if parse_url(url) is None:
            return Posted(failure=Failure.REFUSED)
        try:
            with _unlogged():
                return self._send(url, body, headers)
        except requests.exceptions.ProxyError:
            # Without its cause: the text of that names the address.
            raise RuntimeError("the tap is gone, so nothing can be sent") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError, OSError) as error:
            return Posted(failure=_failure_of(error))
        finally:
            self._session.cookies = RequestsCookieJar()
            # A connection that the other side closes in the meantime could take a message along.
            self._session.close()

    def environment(self) -> dict[str, str]:
        """The variables that lead another program's HTTP through the same guard."""
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        return dict.fromkeys(names, self.proxy_url) | dict.fromkeys(
            ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"), str(self.ca_file)
        )

    def close(self) -> None:
        """Close the connections to the tap."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        with self._session.post(
            url, data=body, headers=dict(headers), stream=True, allow_redirects=False, timeout=self._timeout_s
        ) as response:
            told = response.headers.get(FAILURE_HEADER)
            if told is not None and response.status_code == _BAD_GATEWAY:
                return Posted(failure=Failure(told))
            fields = {str(name).lower(): str(value) for name, value in response.headers.items()}
            return Posted(response.status_code, headers=fields, body=_bounded(response))


@contextmanager
def _unlogged() -> Iterator[None]:
    """urllib3 logs the whole address of every request at level DEBUG; not those of this thread, meanwhile."""
    me = threading.get_ident()

    def is_elsewhere(record: logging.LogRecord) -> bool:
        return record.thread != me

    loggers = [logging.getLogger(f"urllib3.{part}") for part in ("connectionpool", "connection", "util.retry")]
    for logger in loggers:
        logger.addFilter(is_elsewhere)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_elsewhere)


def _bounded(response: requests.Response) -> bytes:
    """The beginning of the body. That it took the message is known by now, so a broken one is just short."""
    body = bytearray()
    try:
        while len(body) < _ANSWER_BYTES and (piece := response.raw.read1(_CHUNK_BYTES, decode_content=True)):
            body += piece
    except (urllib3.exceptions.HTTPError, OSError):
        pass
    return bytes(body[:_ANSWER_BYTES])


def _failure_of(error: Exception) -> Failure:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Failure.TIMED_OUT
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema | UnicodeError):
        return Failure.REFUSED
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return Failure.TLS
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.ProtocolError | OSError):
        return Failure.CONNECTION_RESET
    return Failure.PROTOCOL
