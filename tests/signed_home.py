"""A home whose log is signed and stamped, with authorities and a clock that tests set."""

import hashlib
from datetime import timedelta

from cryptography import x509
from storefixtures import START, capture_draft, capture_files, ended, post, started, ticking_clock

from archiver.demo.authorities import Fault, StampAuthority
from archiver.fetch.posted import Posted
from archiver.model.exchange import Failure
from archiver.model.settings import AuthoritySettings
from archiver.steps.stamping import load_authorities, stamp_checkpoints
from archiver.store import Keys, Store, check_stamp, stamped_bytes


def roots_of(authority):
    return x509.load_pem_x509_certificates(authority.ca_file.read_bytes())


class SignedHome:
    """A home whose runs and authorities go by one clock, which tests set."""

    def __init__(self, root):
        self.root, self.runs, self.asked = root, 0, []
        self.day(0)
        (root / "ca").mkdir()
        self.authorities = {
            name: StampAuthority(
                name,
                root / "ca",
                url=f"https://{name}.example/tsr",
                intermediate=name == "b",
                now=lambda: self.clock.now(),  # noqa: PLW0108  # the clock is set anew
            )
            for name in ("a", "b")
        }
        self.settings = [
            AuthoritySettings(one.name, one.url, f"ca/{one.ca_file.name}") for one in self.authorities.values()
        ]
        self.snapshots = root / "snapshots"
        Store.create(self.snapshots, clock=self.clock, keys=Keys(root / "keys"))

    def day(self, days):
        self.clock = ticking_clock(START + timedelta(days=days))

    @property
    def store(self):
        return Store.open(self.snapshots, clock=self.clock, keys=Keys(self.root / "keys"))

    def run(self, *, rotate=False):
        self.runs += 1
        store = self.store
        with store.lock():
            run = store.begin_run(started(self.clock, f"{self.runs:04d}"))
            run.seal(capture_draft(run, self.clock, post(1508955577374146568 + self.runs)), capture_files(), ())
            if rotate:
                run.rotate_key(lost=False)
            run.end(ended(run, self.clock))

    def post(self, url, body, headers):
        assert headers["Content-Type"] == "application/timestamp-query"
        name = url.partition("//")[2][0]
        authority = self.authorities[name]
        self.asked.append(name)
        if authority.fault is Fault.DOWN:
            return Posted(failure=Failure.CONNECTION_REFUSED)
        return Posted(200, body=authority.answer(body))

    def stamp(self, **changes):
        authorities = load_authorities(self.settings, home=self.root)
        store = self.store
        with store.lock():
            return stamp_checkpoints(
                store=store, authorities=authorities, post=lambda: self.post, clock=self.clock, **changes
            )

    def stamps(self):
        """Number of leaves → names of its timestamps."""
        kept = self.store.kept_checkpoints()
        return {
            int(path[-20:].partition("/")[2].partition(".")[0] or path.rpartition("/")[2][:12]): [
                one.path.rpartition("/")[2].partition(".")[2] for one in stamps
            ]
            for path, stamps in kept.items()
        }

    def checked(self, file):
        data = (self.snapshots / file.path).read_bytes()
        digest = hashlib.sha256(stamped_bytes(self.snapshots, file)).digest()
        return check_stamp(data, digest, trusted=roots_of(self.authorities[file.authority]))

    def everything(self):
        return {file: file.read_bytes() for file in self.snapshots.rglob("*") if file.is_file()}
