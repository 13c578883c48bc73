"""The documentation says what the code does."""

import re
import tomllib

import click
import pytest
from generated import REPOSITORY, generated_files

from archiver import __version__, config
from archiver.cli import COMMANDS, archiver
from archiver.model.errors import EXIT_MEANINGS


@pytest.mark.parametrize("name", generated_files())
def test_a_generated_file_is_not_stale(name):
    assert (REPOSITORY / name).read_text(encoding="utf-8") == generated_files()[name], "run `make docs`"


def test_every_command_has_help_that_says_what_it_does():
    context = click.Context(archiver)
    for name in COMMANDS:
        command = archiver.get_command(context, name)
        assert command.help, name
        assert all(option.help for option in command.params if isinstance(option, click.Option)), name


def test_the_readme_names_every_command_and_exit_code():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`archiver {name}" not in readme] == []
    rows = dict(re.findall(r"^\| (\d+) \| (.+) \|$", readme, re.MULTILINE))
    assert rows == {str(int(code)): meaning for code, meaning in EXIT_MEANINGS.items()}


def test_the_changelog_speaks_of_this_version():
    assert f"## {__version__}" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_setting_has_a_help_text_and_is_read_from_the_file(tmp_path):
    rows = config.settings_table()
    assert all(text for _, _, text in rows)
    lines = "\n".join(
        f"{name} = {str(default).lower() if isinstance(default, bool) else repr(default)}" for name, default, _ in rows
    )
    (tmp_path / "archiver.toml").write_text(lines)
    assert tomllib.loads(lines).keys() == {name for name, _, _ in rows}
    assert config.load_settings(tmp_path, {}, {}) == config.Settings()


def test_flag_beats_environment_beats_file_beats_default(tmp_path):
    (tmp_path / "archiver.toml").write_text("jobs = 3\npage_height_px = 900\nlanguage = 'fr'\n")
    settings = config.load_settings(tmp_path, {"jobs": 5}, {"ARCHIVER_JOBS": "4", "ARCHIVER_PAGE_HEIGHT_PX": "800"})
    assert (settings.jobs, settings.page_height_px, settings.language) == (5, 800, "fr")


@pytest.mark.parametrize("line", ["joobs = 2", "jobs = 'many'", "jobs = = 2", "require_sandbox = 3"])
def test_a_wrong_setting_is_an_error_that_names_the_file(tmp_path, line):
    (tmp_path / "archiver.toml").write_text(line)
    with pytest.raises(config.UsageError, match=r"archiver\.toml"):
        config.load_settings(tmp_path, {}, {})
