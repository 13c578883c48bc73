"""The embed page of Mastodon servers (and of Truth Social): where the post is, and what may stand there instead."""

from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason

__all__ = ["embed_plan"]

_ERROR = ".dialog__message, body.error .dialog, .regeneration-indicator, .error-column"


def embed_plan(url: str) -> RenderPlan:
    """The plan for an embed page (or the web application's page of one post)."""
    return RenderPlan(
        url,
        element=(".detailed-status", ".entry .status", ".activity-stream .status", ".status"),
        ready=(".detailed-status time", ".status__content", ".status time"),
        # Behind a content warning the text is there, but not shown: then it isn't captured either.
        text=(".status__content__text", ".status__content .e-content", ".status__content"),
        author=(".display-name", ".detailed-status__display-name", ".p-author"),
        media=(".media-gallery img", ".media-gallery__item img", ".video-player video", "video", ".audio-player"),
        signs=(
            Sign(_ERROR, Availability.GONE_AUTHOR, Reason.REMOVAL_NOTICE, "suspended permanently|exist here any ?more"),
            Sign(
                _ERROR,
                Availability.GONE_UNSPECIFIED,
                Reason.REMOVAL_NOTICE,
                "looking for isn.t here|could not be found",
            ),
            Sign(_ERROR, Availability.RATE_LIMITED, Reason.RATE_LIMITED, "throttled|too many requests|error 429"),
            Sign(_ERROR, Availability.LOGIN, Reason.LOGIN_WALL, "permission to view|log ?in|sign in|error 401"),
            Sign(_ERROR, Availability.UNCLEAR, Reason.ERROR_PAGE),
            Sign("#challenge-form, #cf-wrapper, #challenge-running", Availability.BLOCKED, Reason.CHALLENGE),
        ),
    )
