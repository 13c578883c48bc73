"""`archiver archive`: the main job."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archiver.cli.compose import archive_tools, policy_of, program_name
from archiver.cli.options import Common, command_options, source_options
from archiver.cli.outcome_shown import outcome_text
from archiver.cli.output import counted, emit, plain, say, shorten, warn
from archiver.cli.sessions import read_sessions, session_option
from archiver.cli.stamp import stamp_home, tell_stamps
from archiver.config import load_settings
from archiver.fetch.walk import Empty, Left
from archiver.home import Home
from archiver.model.errors import Exit
from archiver.model.records import Mention
from archiver.model.states import ArtefactRole, Availability
from archiver.platforms import resource_for
from archiver.steps.archive import ArticleReport, Made, RunReport, archive
from archiver.steps.article import ArticleReading
from archiver.steps.stamping import load_authorities


@click.command("archive", short_help="Archive articles, with all that they cite.", no_args_is_help=True)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--posts-only", is_flag=True, help="Capture the posts, not the ordinary links nor the article's page.")
@click.option(
    "--article-page/--no-article-page",
    default=None,
    help="Capture the article's own page too, with its claims marked on a copy of the screenshot "
    "[default: yes, but not with --posts-only].",
)
@click.option("--recapture", is_flag=True, help="Capture again what is still fresh.")
@click.option(
    "--context",
    "context_depth",
    type=click.IntRange(0, 9),
    metavar="N",
    help="Capture also what cited posts quote or answer, up to N steps away, and their authors' own threads "
    "[default: 1; 0: none].",
)
@session_option
@click.option("--pdf", is_flag=True, default=None, help="Keep each linked page as PDF too.")
@click.option("--jobs", type=click.IntRange(1, 16), help="Captures at the same time [default: 2].")
@click.option("--require-sandbox", is_flag=True, default=None, help="Refuse a browser without sandbox.")
@source_options
@command_options
def command(  # noqa: PLR0917
    sources: tuple[str, ...],
    posts_only: bool,  # noqa: FBT001
    article_page: bool | None,  # noqa: FBT001
    recapture: bool,  # noqa: FBT001
    context_depth: int | None,
    pdf: bool | None,  # noqa: FBT001
    session: tuple[Path, ...],
    jobs: int | None,
    require_sandbox: bool | None,  # noqa: FBT001
    limit: int | None,
    column: str | None,
    common: Common,
) -> int:
    """Archive each SOURCE: its text, and every post and link that it cites.

    A SOURCE is an article (HTML, MHTML, Markdown, text, PDF or DOCX), or what holds or
    lists articles: a feed, a sitemap, a WARC or WACZ file, a folder of them, a list in
    text, CSV or JSONL. It is a URL, a file, or `-` for standard input, and may be gzip.

    Of a WARC file the articles are read, and their posts are captured from the web. A
    post captured before is not captured again while that copy is fresh; the article itself
    is read again, and kept as a new version if it changed. Stop it at any moment: what is
    sealed stays, and the same command goes on.

    Everything is captured without login first. Where that meets a log-in wall, and a
    --session is for that host, it is captured a second time with it. That copy is labelled,
    its cookies and tokens are taken out before anything is stored, and it never counts for
    whether the post is public. Save a session with
    `playwright open --save-storage=me.json https://SITE`: log in, close the window,
    and `chmod 600 me.json`.
    """
    sessions = read_sessions(session)
    home = common.home()
    settings = load_settings(
        home.root, {"jobs": jobs, "context_depth": context_depth, "pdf": pdf, "require_sandbox": require_sandbox}
    )
    authorities = load_authorities(settings.timestamps, home=home.root)
    with archive_tools(common, home, settings) as tools:
        report = archive(
            sources,
            tools=tools,
            policy=replace(
                policy_of(settings, posts_only=posts_only, recapture=recapture, article_page=article_page),
                limit=limit,
                column=column,
                sessions=sessions,
            ),
            command="archive",
            program=program_name(),
            progress=tell_progress,
        )
        show_report(report, home, common)
        if authorities and not report.interrupted:
            tell_stamps(stamp_home(tools.store, authorities, common, settings))
    return exit_code(report)


def exit_code(report: RunReport) -> int:
    """The documented exit code of a run."""
    if report.interrupted:
        return Exit.INTERRUPTED
    if any(article.unreadable for article in report.articles):
        return Exit.INPUT
    return Exit.LOST if report.lost else Exit.DONE


def tell_progress(event: str, thing: object) -> None:
    """One line on standard error for each thing that is done."""
    if event == "source":
        warn(f"reading {plain(thing)}")
    elif isinstance(thing, ArticleReading) and thing.version:
        posts = sum(mention.platform is not None for mention in thing.version.mentions)
        state = "unchanged since it was last read" if thing.unchanged else "read"
        of_them = "a post" if posts == 1 else f"{posts} of them posts"
        warn(f"  {state}: {counted(len(thing.version.mentions), 'mention')}, {of_them}")
    elif isinstance(thing, Made):
        capture, indent = thing.capture, "    " if thing.context else "  "
        how = " (logged in)" if capture.environment.logged_in else ""
        outcome, state = outcome_text(capture.outcome, capture.availability, capture.reasons), capture.availability
        warn(f"{indent}{outcome:<8} {state:<16} {plain(capture.resource.uri)}{how}")
    elif isinstance(thing, ArticleReport) and thing.problem:
        warn(f"  {plain(thing.problem)}")
    elif isinstance(thing, Left | Empty):
        warn(plain(thing))


def show_report(report: RunReport, home: Home, common: Common) -> None:
    """The result of a run: a table for a person, one object for a machine."""
    if common.json:
        emit(report_to_json(report))
        return
    for article in report.articles:
        _show_article(article, home)
    for note in report.notes:
        say(plain(note))
    made = [made for article in report.articles for made in article.made]
    fresh = sum(one.kept for one in made)
    kept = f", {fresh} of them fresh from an earlier run" if fresh else ""
    around = sum(len(article.context) for article in report.articles)
    context = f", {around} more of their context" if around else ""
    say(
        f"{counted(len(made), 'capture')}{kept}{context}; run {report.run_id}"
        + (" INTERRUPTED" if report.interrupted else "")
    )


def report_to_json(report: RunReport) -> dict[str, Any]:
    """The machine-readable form of a run; `captures` are this run's, `kept` earlier fresh ones."""
    readings = [article.reading for article in report.articles if article.reading]
    made = [made for article in report.articles for made in article.made]
    return {
        "run": report.run_id,
        "article": next((reading.resource.uri for reading in readings), None),
        "articles": [_article_to_json(article) for article in report.articles],
        "mentions": sum(article.mentions for article in report.articles),
        "captures": [_made_to_json(one) for one in made if not one.kept],
        "kept": [_made_to_json(one) for one in made if one.kept],
        "context": [_context_to_json(one) for article in report.articles for one in article.context],
        "notes": list(report.notes),
        "interrupted": report.interrupted,
    }


def _article_to_json(article: ArticleReport) -> dict[str, Any]:
    reading, version = article.reading, article.reading.version if article.reading else None
    return {
        "source": article.source,
        "url": reading.resource.uri if reading else None,
        "title": version.article.title if version else None,
        "version": version.id if version else None,
        "unchanged": bool(reading and reading.unchanged),
        "page": _page_to_json(article),
        "mentions": article.mentions,
        "left": article.left,
        "faults": list(article.faults),
        "problem": article.problem,
    }


def _page_to_json(article: ArticleReport) -> dict[str, str | None] | None:
    """What was made of the article's own page, paths relative to `snapshots/`; no `id` where reading it made that."""
    screenshot, page = article.page_file(ArtefactRole.SCREENSHOT), article.page
    if screenshot is None and page is None:
        return None
    return {
        "id": page.capture.id if page else None,
        "outcome": page.capture.outcome.value if page else None,
        "screenshot": screenshot,
        "marks": article.page_file(ArtefactRole.MARKS),
        "note": next((step.note for step in page.capture.steps if step.name == "marks"), None) if page else None,
    }


def _made_to_json(made: Made) -> dict[str, Any]:
    capture = made.capture
    return {
        "id": capture.id,
        "resource": capture.resource.uri,
        "platform": capture.resource.platform,
        "post_id": capture.resource.post_id,
        "outcome": capture.outcome.value,
        "logged_in": capture.environment.logged_in,
        "public": made.public.path if made.public else None,
        "availability": capture.availability.value,
        "reasons": [reason.value for reason in capture.reasons],
        "overlays": list(capture.overlays),
        "cleaned": f"{made.path}/cleaned.png" if capture.overlays else None,
        "path": made.path,
    }


def _context_to_json(made: Made) -> dict[str, Any]:
    """As of a capture, and whose context it is: `relation` is what it is to the post of capture `of`."""
    context = made.context
    why = {"relation": context.relation.value, "of": context.capture_id} if context else {}
    return _made_to_json(made) | why | {"kept": made.kept}


def _show_article(article: ArticleReport, home: Home) -> None:
    version = article.reading.version if article.reading else None
    if version is None:
        say(f"{article.source}: {article.problem}")
        return
    by_url = {url: made for made in article.made for url in (made.capture.resource.uri, *made.capture.aliases)}
    say(plain(version.article.title or article.source))
    say(plain(" · ".join(part for part in (version.article.byline, version.resource.uri) if part)))
    for role in (ArtefactRole.SCREENSHOT, ArtefactRole.MARKS):
        if path := article.page_file(role):
            say(f"{role:<10} {_shown(home.snapshots / path)}")
    say()
    for mention in version.mentions:
        if made := _show_mention(mention, by_url, home):
            _show_context(made, article.context, home)
    if article.mentions > len(version.mentions):
        say(f"{counted(article.mentions, 'mention')}, {counted(len(article.made), 'capture')}")
    for fault in article.faults:
        say(f"NOT CAPTURED, a fault of this program: {plain(fault)}")
    if article.left:
        bounds = "captures_per_article and context_per_article"
        say(f"{article.left} more were left: the bounds are {bounds} in archiver.toml.")
    say()


def _show_context(cause: Made, context: Sequence[Made], home: Home, indent: int = 2) -> None:
    """What was captured around a post, each line after that of its cause and further in."""
    for made in context:
        if made.context is None or made.context.capture_id != cause.capture.id:
            continue
        record = made.capture.record
        author, text = (f"@{record.handle}" if record and record.handle else "", record.text if record else None)
        what = " " * indent + made.context.relation.value
        outcome = _outcome_of(made)
        say(f"{what:<10} {shorten(author, 20):<20} {shorten(text or made.capture.resource.uri, 44):<44} {outcome}")
        _show_frames(made, home)
        _show_context(made, context, home, min(indent + 1, 6))


def _show_mention(mention: Mention, by_url: dict[str, Made], home: Home) -> Made | None:
    """Two lines: what is cited and what came of it; and the screenshot, whole, so that it can be copied."""
    resource = resource_for(mention.url) if mention.url else None
    made = by_url.get(resource.uri) if resource else None
    what, author, quote = mention.platform or "link", _author(mention, made), _quote(mention, made)
    say(f"{what:<10} {shorten(author, 20):<20} {shorten(quote, 44):<44} {_outcome(mention, made)}")
    _show_frames(made, home)
    return made


def _show_frames(made: Made | None, home: Home) -> None:
    if screenshot := _screenshot(made, home):
        say(f"{'':<10} {screenshot}")
    if made and made.capture.overlays:
        over = ", ".join(made.capture.overlays)
        say(f"{'':<10} {_shown(home.snapshots / made.path / 'cleaned.png')} (without {over}, which lay over it)")


def _author(mention: Mention, made: Made | None) -> str:
    for told in (mention.claim, made.capture.record if made else None):
        if told and (told.handle or told.name):
            return f"@{told.handle}" if told.handle else told.name or ""
    return ""


def _quote(mention: Mention, made: Made | None) -> str:
    """The text as published; where the markup has none, the platform's own."""
    if mention.claim and mention.claim.text:
        return mention.claim.text
    record = made.capture.record if made else None
    return (record.text if record else None) or mention.anchor or mention.url or ""


def _outcome(mention: Mention, made: Made | None) -> str:
    if made is None:
        return "dangling" if mention.dangling else "no permalink" if mention.url is None else "not captured"
    return _outcome_of(made)


def _outcome_of(made: Made) -> str:
    capture = made.capture
    told = outcome_text(capture.outcome, capture.availability, capture.reasons)
    state = f" · {capture.availability}" if capture.availability is not Availability.LIVE else ""
    return f"{told}{state}{' · logged in' if capture.environment.logged_in else ''}"


def _screenshot(made: Made | None, home: Home) -> str:
    if made is None or not any(artefact.path == "screenshot.png" for artefact in made.capture.artefacts):
        return ""
    return _shown(home.snapshots / made.path / "screenshot.png")


def _shown(path: Path) -> str:
    """The shortest form of a path that can be copied."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
