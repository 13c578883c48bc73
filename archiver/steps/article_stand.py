"""What an answer says of where an article itself stands."""

from datetime import datetime

from archiver.model.exchange import Failure
from archiver.model.fetched import Fetched
from archiver.model.records import Observation, Resource
from archiver.model.states import Availability, ResourceKind, Witness
from archiver.model.urls import canonical_url
from archiver.steps.stand import availability_of_status

__all__ = ["article_resource", "observe_article"]


def article_resource(source: str) -> Resource:
    """The resource of an article of the web."""
    url = canonical_url(source) or source
    return Resource(f"page:{url}", url, ResourceKind.PAGE)


def observe_article(resource: Resource, fetched: Fetched, *, at: datetime, run_id: str) -> Observation:
    """What one answer, asked for at `at`, says by its status alone; nothing is written down."""
    if fetched.status is not None:
        state = availability_of_status(fetched.status, fetched.headers)
        return Observation(resource, at, state, Witness.HTTP, f"HTTP {fetched.status}", run_id, fetched.status)
    refused = fetched.failure is Failure.REFUSED
    state = Availability.UNCLEAR if refused else Availability.UNREACHABLE
    evidence = f"{fetched.failure or 'no answer'}: {fetched.note}".rstrip(": ")
    return Observation(resource, at, state, Witness.GUARD if refused else Witness.HTTP, evidence, run_id)
