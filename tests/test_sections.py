"""The sections of `archiver.toml`: read as they stand, and an error for what is not known."""

import dataclasses

import pytest

from archiver import sections
from archiver.config import Settings, load_settings
from archiver.model.errors import UsageError
from archiver.model.settings import AlertSettings, AuthoritySettings, RedundancySettings, Vantage

WHOLE = """
jobs = 3

[[vantage]]
name = "elsewhere"
proxy = "http://127.0.0.1:3128"

[[vantage]]
name = "third"
proxy = "http://127.0.0.1:3129"

[canaries]
bluesky = "https://bsky.app/profile/bsky.app/post/3l6oveex3ii2l"

[alerts]
webhook = "https://hooks.example/a"
command = ["mail -s archive desk", "logger"]
link_base = "https://archive.example/"

[redundancy]
submit = true
cdx = "https://cdx.example/cdx"
"""


def load(folder, text):
    (folder / "archiver.toml").write_text(text)
    return load_settings(folder, {}, {})


def test_every_section_is_read_as_its_record(tmp_path):
    assert load(tmp_path, WHOLE) == Settings(
        jobs=3,
        vantages=(Vantage("elsewhere", "http://127.0.0.1:3128"), Vantage("third", "http://127.0.0.1:3129")),
        canaries={"bluesky": "https://bsky.app/profile/bsky.app/post/3l6oveex3ii2l"},
        alerts=AlertSettings(
            webhook=("https://hooks.example/a",),
            command=("mail -s archive desk", "logger"),
            link_base="https://archive.example/",
        ),
        redundancy=RedundancySettings(submit=True, cdx="https://cdx.example/cdx", confirm=True),
    )


def test_without_sections_nobody_is_told_and_nobody_asked():
    settings = Settings()
    assert (settings.alerts.any_channel, settings.redundancy.confirm, settings.vantages, settings.canaries) == (
        False,
        False,
        (),
        {},
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[alert]\nwebhook = 'x'", "unknown settings alert"),
        ("[alerts]\nwebhooks = 'x'", "alerts: unknown settings webhooks"),
        ("[alerts]\nwebhook = 3", r"alerts\.webhook: expected a text"),
        ("alerts = 1", "alerts: expected a table"),
        ("[vantage]\nname = 'a'\nproxy = 'http://a'", r"each under \[\[vantage\]\]"),
        ("[[vantage]]\nname = 'a'", r"vantage\.proxy: expected a text"),
        ("[[vantage]]\nname = 'a'\nproxy = 'socks5://b'", r"expected http://HOST:PORT"),
        ("[canaries]\nmyspace = 'https://myspace.com/1'", "unknown platform myspace"),
        ("[canaries]\nx = 'https://example.org/'", "expected the address of a post on x"),
        ("[redundancy]\nsubmit = 'yes'", r"redundancy\.submit: expected true or false"),
    ],
)
def test_a_wrong_section_is_an_error_that_names_file_and_key(tmp_path, text, named):
    with pytest.raises(UsageError, match=rf"archiver\.toml.*{named}"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "alerts = 'https://hooks.example/T0K3N'",
        "[alerts]\nwebhook = [['https://hooks.example/T0K3N']]",
        "[[vantage]]\nname = 'a'\nproxy = 'socks5://user:T0K3N@b'",
    ],
)
def test_an_error_does_not_show_a_value_that_may_be_a_secret(tmp_path, text):
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert "T0K3N" not in str(caught.value)


def test_settings_do_not_show_where_events_are_told(tmp_path):
    assert "hooks.example" not in repr(load(tmp_path, WHOLE))


def test_every_key_of_a_section_is_documented():
    told = {(section.strip("[]"), key) for section, key, text in sections.sections_table() if text}
    kinds = {
        "vantage": Vantage,
        "alerts": AlertSettings,
        "redundancy": RedundancySettings,
        "timestamps": AuthoritySettings,
    }
    expected = {(name, item.name) for name, kind in kinds.items() for item in dataclasses.fields(kind)}
    assert told == expected | {("canaries", "PLATFORM")}
