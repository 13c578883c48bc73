"""X for members: the post's own page, which is an empty shell for everybody else."""

from archiver.model.records import PostRef
from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason

__all__ = ["login_plan"]


def login_plan(post: PostRef) -> RenderPlan:
    """The post among its thread: of several articles the one whose own time links to this id."""
    own = f"article[data-testid='tweet']:has(a[href*='/status/{post.post_id}'] > time)"
    return RenderPlan(
        post.url,
        element=(own,),
        ready=(f"{own} [data-testid='tweetText']", f"{own} [data-testid='tweetPhoto'] img"),
        text=("[data-testid='tweetText']",),
        author=("[data-testid='User-Name']",),
        media=("[data-testid='tweetPhoto']", "[data-testid='videoPlayer']", "video"),
        signs=(
            Sign("[data-testid='loginButton'], a[data-testid='login']", Availability.LOGIN, Reason.LOGIN_WALL),
            Sign("[data-testid='error-detail']", Availability.UNCLEAR, Reason.REMOVAL_NOTICE),
        ),
        width_px=600,
    )
