"""`archiver schedule`: what is ours is written, changed and taken away, and nothing else."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import Runner

from archiver.cli.crontab import block_of, cron_times, find_block, with_block, without_block
from archiver.home import create_home
from archiver.model.errors import UsageError

HOME, OTHER = Path("/srv/archive home"), Path("/srv/archive home 2")
OTHERS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60)


@pytest.fixture
def runner(tmp_path):
    create_home(tmp_path / "home")
    return Runner(tmp_path / "home")


@settings(max_examples=200, deadline=None)
@given(before=OTHERS, line=st.text(st.characters(codec="ascii", exclude_characters="\r\n"), min_size=1))
def test_what_others_wrote_stays_byte_for_byte(before, line):
    block = block_of(line, home=HOME)
    text = with_block(before, block, home=HOME)
    assert text.startswith(before)
    assert without_block(text, home=HOME) == before
    assert with_block(text, block, home=HOME) == text, "done twice is done once"
    both = with_block(text, block_of("true", home=OTHER), home=OTHER)
    left = without_block(without_block(both, home=HOME), home=OTHER)
    assert left == before or left == before + "\n"


@given(before=OTHERS)
def test_what_others_wrote_after_ours_stays_a_line_of_its_own(before):
    ended = before if before.endswith("\n") or not before else before + "\n"
    text = with_block(before, block_of("ours", home=HOME), home=HOME) + "0 5 * * * backup\n"
    changed = with_block(text, block_of("changed", home=HOME), home=HOME)
    assert changed.replace("\nchanged\n", "\nours\n") == text
    assert without_block(changed, home=HOME) == ended + "0 5 * * * backup\n"


def test_a_percent_sign_reaches_the_shell():
    assert "date +\\%F" in block_of("date +%F", home=HOME)


@pytest.mark.parametrize(
    ("every_s", "fields"),
    [(900, "15 of 60"), (3_600, "hourly"), (21_600, "6 of 24"), (86_400, "daily")],
)
def test_cron_is_told_in_its_own_way(every_s, fields):
    minute, hour, *rest = cron_times(every_s, home=HOME).split()
    assert rest == ["*", "*", "*"]
    kinds = {
        "15 of 60": "/15" in minute and hour == "*",
        "hourly": minute.isdecimal() and hour == "*",
        "6 of 24": minute.isdecimal() and hour.endswith("-23/6"),
        "daily": minute.isdecimal() and hour.isdecimal(),
    }
    assert kinds[fields]


@pytest.mark.parametrize("every_s", [420, 5 * 3_600, 2 * 86_400, 90])
def test_what_cron_cannot_say_is_an_error(every_s):
    with pytest.raises(UsageError):
        cron_times(every_s, home=HOME)


def test_nothing_is_written_without_yes_and_all_is_taken_away_again(runner, tmp_path):
    table = tmp_path / "crontab"
    table.write_text("MAILTO=desk\n0 1 * * * backup")
    shown = runner.run("schedule", "install", "--crontab-file", table)
    assert (shown.code, table.read_text()) == (0, "MAILTO=desk\n0 1 * * * backup")
    assert runner.run("schedule", "install", "--crontab-file", table, "--yes").out == shown.out
    line = next(line for line in table.read_text().splitlines() if "archiver run" in line)
    words = shlex.split(line.split(None, 5)[5].partition(" >> ")[0])
    assert (Path(words[0]).is_absolute(), words[1:]) == (True, ["run", "--home", str(runner.home), "--budget", "50m"])
    runner.run("schedule", "install", "--every", "2h", "--crontab-file", table, "--yes")
    found = runner.json("schedule", "show", "--crontab-file", table).last
    assert (found["installed"], "--budget 1h40m" in found["text"]) == (True, True)
    assert find_block(table.read_text(), home=runner.home).count("archiver run") == 1
    assert runner.json("schedule", "remove", "--crontab-file", table).last["removed"]
    assert table.read_text() == "MAILTO=desk\n0 1 * * * backup"
    assert not runner.json("schedule", "remove", "--crontab-file", table).last["removed"]


def test_the_network_options_and_the_browser_are_taken_along(tmp_path):
    create_home(tmp_path / "home")
    runner = Runner(
        tmp_path / "home", environment={"ARCHIVER_BROWSER": "/opt/my browser/chromium", "ARCHIVER_JOBS": "3"}
    )
    done = runner.run("schedule", "install", "--allow-host", "intra.example", "--crontab-file", tmp_path / "none")
    assert "ARCHIVER_BROWSER='/opt/my browser/chromium' " in done.out
    assert "--allow-host intra.example" in done.out
    assert "ARCHIVER_JOBS" in done.err


def test_a_systemd_timer_is_two_files_and_gone_again(runner, tmp_path):
    units = tmp_path / "units"
    runner.run("schedule", "install", "--systemd", "--unit-dir", units, "--yes")
    names = sorted(path.suffix for path in units.iterdir())
    assert names == [".service", ".timer"]
    if shutil.which("systemd-analyze"):
        timer = next(units.glob("*.timer"))
        checked = subprocess.run(
            ["systemd-analyze", "--user", "verify", str(timer)], capture_output=True, text=True, timeout=60, check=False
        )
        assert str(units) not in checked.stderr, checked.stderr
    assert runner.json("schedule", "show", "--systemd", "--unit-dir", units).last["installed"]
    runner.run("schedule", "remove", "--systemd", "--unit-dir", units)
    assert list(units.iterdir()) == []


@pytest.mark.skipif(shutil.which("crontab") is None, reason="no crontab here")
def test_a_real_crontab_takes_it_and_gives_it_back(runner):
    def listed():
        return subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout

    before = listed()
    try:
        assert runner.run("schedule", "install", "--yes").code == 0
        assert str(runner.home).encode() in listed()
    finally:
        runner.run("schedule", "remove")
    assert listed() == before
