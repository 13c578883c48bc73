"""Runs the real command in a process of its own, as a user does."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ARCHIVER = Path(sys.executable).with_name("archiver")
TIMEOUT_S = 280


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self):
        return self.rows[-1]


@dataclass(frozen=True)
class Runner:
    """One archive home, and the demo web that its commands reach."""

    home: Path
    web: object = None
    environment: dict = field(default_factory=dict)

    def words(self, *words, reach=True):
        command = [str(ARCHIVER), *map(str, words), "--home", str(self.home)]
        if reach and self.web is not None:
            command += ["--connect-to", self.web.connect_to, "--ca-bundle", str(self.web.ca_file)]
        return command

    def run(self, *words, reach=True, stdin=None):
        done = subprocess.run(
            self.words(*words, reach=reach),
            capture_output=True,
            text=True,
            input=stdin,
            timeout=TIMEOUT_S,
            check=False,
            env={**os.environ, "ARCHIVER_HOME": "", **self.environment},
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *words, **options):
        return self.run(*words, "--json", **options)

    def start(self, *words):
        return subprocess.Popen(
            self.words(*words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **self.environment},
        )
