"""`archiver demo`: news sites and platforms on this machine, to try everything without internet."""

import os
import shlex
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from archiver.cli.archive import show_report, tell_progress
from archiver.cli.compose import archive_tools, policy_of, program_name
from archiver.cli.options import Common, command_options
from archiver.cli.output import emit, say, warn
from archiver.config import load_settings
from archiver.demo import DemoWeb
from archiver.home import Home
from archiver.model.errors import Exit
from archiver.model.states import Outcome
from archiver.steps.archive import Made, RunReport, archive

_POLL_S = 0.5


@click.command("demo", short_help="Play sites and platforms on this machine.")
@click.option("--archive", "archive_sample", is_flag=True, help="Archive its sample article into the home, and end.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, help="Listen here on loopback [default: a free one]."
)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Write its ca.pem here.")
@command_options
def command(archive_sample: bool, port: int, folder: Path | None, common: Common) -> int:  # noqa: FBT001
    """Play several news sites, ten platforms and t.co on loopback, under their real host names.

    Without --archive it serves until Ctrl-C, and prints the two options with which any
    other command reaches it. Nothing leaves this machine.
    """
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with DemoWeb(port=port, folder=folder) as web:
        if archive_sample:
            return _archive_sample(web, common)
        _tell_how_to_reach(web, common)
        while True:
            time.sleep(_POLL_S)


def _tell_how_to_reach(web: DemoWeb, common: Common) -> None:
    if common.json:
        articles = [article.url for article in web.articles]
        emit({"connect_to": web.connect_to, "ca_bundle": str(web.ca_file), "port": web.port, "articles": articles})
        return
    options = f"--connect-to {web.connect_to} --ca-bundle {shlex.quote(str(web.ca_file))}"
    say(f"The demo web listens on 127.0.0.1:{web.port}. Its articles:")
    for article in web.articles:
        say(f"  {article.url}")
    say(f"Archive one, in another terminal:\n  archiver archive {options} {web.sample_url}")
    say("Ctrl-C ends it.")


def _archive_sample(web: DemoWeb, common: Common) -> int:
    home = common.home()
    settings = load_settings(home.root, {})
    reaching = replace(common, connect_to=(web.connect_to,), ca_bundle=web.ca_file)
    warn("The demo web plays the news site and all ten platforms on this machine; nothing leaves it.")
    with archive_tools(reaching, home, settings) as tools:
        report = archive(
            (web.sample_url,),
            tools=tools,
            policy=policy_of(settings),
            command="demo",
            program=program_name(),
            progress=tell_progress,
        )
    show_report(report, home, common)
    surprises = _surprises(web, report)
    for surprise in surprises:
        warn(f"not as the demo is scripted: {surprise}")
    if not common.json:
        _tell_what_next(report, home)
    if report.interrupted:
        return Exit.INTERRUPTED
    return Exit.LOST if surprises else Exit.DONE


def _surprises(web: DemoWeb, report: RunReport) -> list[str]:
    """Where the outcome is not what the demo's script says: it knows which posts it deleted."""
    made = [one for article in report.articles for one in article.made]
    problems = [f"{article.source}: {article.problem}" for article in report.articles if article.problem]
    return problems + [text for one in made if (text := _surprise(web, one))]


def _surprise(web: DemoWeb, made: Made) -> str | None:
    capture, resource = made.capture, made.capture.resource
    known = (
        web.truth.posts.get((resource.platform, resource.post_id or ""))
        if resource.platform
        else web.truth.links.get(resource.uri)
    )
    if known is None and resource.uri in web.truth.articles:
        return None if capture.outcome is Outcome.COMPLETE else f"{resource.uri} is {capture.outcome}"
    if known is None:
        return f"{resource.uri} is not in the script"
    complete = capture.outcome is Outcome.COMPLETE
    if (complete, capture.availability) == (known.complete, known.availability):
        return None
    return f"{resource.uri}: {capture.outcome}, {capture.availability}; expected {known.availability}"


def _tell_what_next(report: RunReport, home: Home) -> None:
    made = [one.capture for article in report.articles for one in article.made]
    post = next((one for one in made if one.resource.platform and one.outcome is Outcome.COMPLETE), None)
    say("One post and one link of the sample are gone on purpose: see how that is said. Try next:")
    program = _program()
    where = "" if home.root == Path.cwd() else f" --home {shlex.quote(os.path.relpath(home.root))}"
    if post:
        say(f"  {program} lookup{where} {post.resource.uri}")
    say(f"  {program} audit{where}")
    say(f"  {program} archive{where} https://…")


def _program() -> str:
    """The command as this shell finds it: in a virtual environment that is not active, its path."""
    return "archiver" if shutil.which("archiver") else os.path.relpath(sys.argv[0])
