"""Where one resource stands now: asked for, listened to, and never concluded from what is missing."""

from collections.abc import Callable

from archiver.model.records import Resource
from archiver.model.states import ResourceKind
from archiver.steps.judged import Judged, Judging, Known
from archiver.steps.judged_page import judge_page
from archiver.steps.judged_post import judge_post

__all__ = ["Judged", "Judging", "Known", "judge"]


def judge(
    resource: Resource, *, random_hex: Callable[[int], str], known: Known | None = None, elsewhere: bool = False
) -> Judging:
    """A talk that finds out where a resource stands: it yields what to ask, and is sent what came of it.

    1. Of a post the platform's own endpoints decide; a platform without any is asked by the
    page of the post's own address. 2. Of any other page its answer decides; what came with
    a good status is compared with our copy, and where it may be an error page or a parked
    domain, with what the site says of an address that nobody has. `elsewhere` asks from
    the second vantage. Nothing here knows the clock, the catalog or other resources: what
    one look says may still be held back for their sake.
    """
    if resource.kind is ResourceKind.POST and resource.platform:
        return judge_post(resource, elsewhere=elsewhere)
    return judge_page(resource, known=known or Known(), random_hex=random_hex, elsewhere=elsewhere)
