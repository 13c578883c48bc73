"""The video of a post whose platform names no file of it: by an optional tool, if it is installed."""

from dataclasses import replace

from archiver.fetch.videos import VideoTool
from archiver.model.records import PostRef, StepResult
from archiver.model.states import ArtefactRole, Group, Origin
from archiver.platforms.base import Platform
from archiver.steps.layers import Asked
from archiver.steps.media import Gathered
from archiver.store import DraftFile

__all__ = ["STEP", "with_video"]

#: The step under which a capture says that the tool was at work, and which version of it.
STEP = "yt-dlp"
_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "m4a": "audio/mp4", "mp3": "audio/mpeg", "mkv": "video/x-matroska"}


def with_video(
    media: Gathered, post: PostRef, platform: Platform, asked: Asked, *, tool: VideoTool, timeout_s: float
) -> tuple[Gathered, tuple[StepResult, ...]]:
    """The media with the post's video, and the step that says how; unchanged where there is nothing to do.

    Only of a live post on a platform whose posts are videos, where no file of one came.
    That the tool finds nothing is no fault of the post: it stands in the media layer's note.
    """
    live = asked.reading is not None and asked.reading.availability.group is Group.LIVE
    if not (platform.videos and live) or any(file.media_type.startswith("video/") for file in media.files):
        return media, ()
    found = tool.download(post.url, timeout_s=timeout_s)
    number, note = media.wanted + 1, f"video {media.wanted + 1}: {STEP} {found.version}"
    files = tuple(
        DraftFile(
            f"media/{number}.{'audio.' if place else ''}{suffix}",
            ArtefactRole.MEDIA,
            Origin.OBSERVED,
            _TYPES.get(suffix, "application/octet-stream"),
            data,
        )
        for place, (suffix, data) in enumerate(found.files)
    )
    step = StepResult(STEP, bool(files), found.elapsed_ms, f"{found.version}; {found.note or f'{len(files)} files'}")
    gathered = replace(
        media,
        files=(*media.files, *files),
        wanted=number,
        whole=media.whole + bool(files),
        bounded=media.bounded + found.late,
        notes=(*media.notes, note if files else f"{note}, {found.note}"),
    )
    return gathered, (step,)
