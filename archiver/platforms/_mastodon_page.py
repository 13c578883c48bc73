"""The pages of Mastodon and the like (and of Truth Social): where the post is, and what may stand there instead."""

from archiver.model.rendering import RenderPlan, Sign
from archiver.model.states import Availability, Reason

__all__ = ["embed_plan", "note_plan", "notice_plan", "web_plan"]

_CHALLENGE = Sign("#challenge-form, #cf-wrapper, #challenge-running", Availability.BLOCKED, Reason.CHALLENGE)
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
            # Said of boosts and of posts for followers as well; what it means, the record knows better.
            Sign(_ERROR, Availability.UNCLEAR, Reason.REMOVAL_NOTICE, "looking for isn.t here|could not be found"),
            Sign(_ERROR, Availability.RATE_LIMITED, Reason.RATE_LIMITED, "throttled|too many requests|error 429"),
            Sign(_ERROR, Availability.LOGIN, Reason.LOGIN_WALL, "permission to view|log ?in|sign in|error 401"),
            Sign(_ERROR, Availability.UNCLEAR, Reason.ERROR_PAGE),
            _CHALLENGE,
        ),
    )


def notice_plan(url: str) -> RenderPlan:
    """The plan for a post's page on Pleroma or Akkoma (and on Soapbox, which others put before them)."""
    return RenderPlan(
        url,
        element=(".Status.-focused", ".status-container", "[data-testid='status']", ".Status", ".detailed-status"),
        ready=(".StatusContent", ".status-content", "[data-testid='status']", ".status__content-wrapper"),
        text=(".StatusContent .text", ".StatusBody .text", ".status-content", ".status__content-wrapper"),
        author=(".status-username", ".user-info .username", "[data-testid='account']", ".display-name"),
        media=(".attachments img", ".attachments video", ".media-gallery img", ".media-gallery video"),
        signs=(
            Sign(
                ".conversation-status-error, .error-message, [data-testid='error'], .empty-column-indicator",
                Availability.UNCLEAR,
                Reason.ERROR_PAGE,
            ),
            _CHALLENGE,
        ),
    )


def note_plan(url: str) -> RenderPlan:
    """The plan for a note's page on Misskey and its kin. Class names change with every release, so there are none."""
    return RenderPlan(
        url,
        element=("article",),
        ready=("article header", "article a[href^='/@']"),
        text=("article [style*='pre-wrap']", "article"),
        author=("article header a[href^='/@']", "article a[href^='/@']", "article header"),
        media=("article img[src*='/files/'], article img[src*='/proxy/']", "article video", "article audio"),
        signs=(
            # The pictures of the two error pages; a missing note and a server in trouble show the same.
            Sign("img[src*='/assets/not-found.']", Availability.UNCLEAR, Reason.REMOVAL_NOTICE),
            Sign("img[src*='/assets/error.'], #errors", Availability.UNCLEAR, Reason.ERROR_PAGE),
            _CHALLENGE,
        ),
    )


def web_plan(url: str) -> RenderPlan:
    """The plan for a post's page on GoToSocial, which is plain HTML."""
    return RenderPlan(
        url,
        element=(".status.expanded", ".toot.expanded", "article.status"),
        ready=(".status.expanded .content", ".toot.expanded .content", "article.status .content"),
        text=(".text .content", ".content"),
        author=(".displayname", ".username"),
        media=(".media img", ".media video", ".media audio"),
        signs=(
            Sign("main section.error, main.error, .not-found", Availability.UNCLEAR, Reason.ERROR_PAGE),
            _CHALLENGE,
        ),
    )
