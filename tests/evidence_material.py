"""Signed and stamped logs for the tests of evidence: keys by `cryptography`, stamps by `openssl ts`."""

import base64
import hashlib
import shutil
import subprocess

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_CONFIG = """\
[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
"""
_LEAF = """\
extendedKeyUsage = critical,timeStamping
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
"""


class Authority:
    """A time-stamping authority with a root, in a folder."""

    def __init__(self, folder, name="one", days=3650):
        self.folder, self.name = folder, name
        folder.mkdir(parents=True)
        (folder / "serial").write_text("01\n")
        (folder / "leaf.ext").write_text(_LEAF)
        (folder / "ts.cnf").write_text(_CONFIG.format(folder=folder))
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self.run(
            "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", f"/CN=Root {name}", "-days", str(days)
        )
        self.run("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN=Stamps {name}")
        self.run(
            "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem",
            "-days", str(days), "-extfile", "leaf.ext",
        )  # fmt: skip

    @property
    def root(self):
        return self.folder / "ca.pem"

    @property
    def chain(self):
        return (self.folder / "tsa.pem").read_bytes() + self.root.read_bytes()

    def stamp(self, data):
        (self.folder / "data").write_bytes(data)
        self.run("ts", "-query", "-data", "data", "-sha256", "-cert", "-no_nonce", "-out", "request.tsq")
        self.run(
            "ts", "-reply", "-config", "ts.cnf", "-section", "tsa", "-queryfile", "request.tsq", "-out", "answer.tsr"
        )
        return (self.folder / "answer.tsr").read_bytes()

    def run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


class Signed:
    """The log of a home, signed by a key of ours and kept as the contract says."""

    def __init__(self, snapshots, key=None):
        self.snapshots, self.key = snapshots, key or Ed25519PrivateKey.generate()
        lines = self.lines()
        self.origin = f"embed-archive/{root_of(lines[:1]).hex()[:16]}"
        self.public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = note_hash(self.origin, self.key).hex()
        self.enter_key()

    def lines(self):
        return (self.snapshots / "log/leaves.jsonl").read_bytes().splitlines()

    def enter_key(self):
        place = f"log/keys/{self.key_id}.pem"
        (self.snapshots / place).parent.mkdir(exist_ok=True)
        (self.snapshots / place).write_bytes(self.public)
        line = leaf_line("key", place, self.public, len(self.lines()))
        with (self.snapshots / "log/leaves.jsonl").open("ab") as file:
            file.write(line + b"\n")

    def checkpoint(self, size=None, *authorities, day="2026/11/23", signed=True):
        """Keep a checkpoint over the first `size` leaves, stamped by these authorities; its file."""
        lines = self.lines()[:size]
        text = f"{self.origin}\n{len(lines)}\n{base64.b64encode(root_of(lines)).decode()}\n".encode()
        data = note(text, self.origin, self.key) if signed else text
        file = self.snapshots / f"log/checkpoints/{day}/{len(lines):012d}.checkpoint"
        file.parent.mkdir(parents=True, exist_ok=True)
        # The archive's own are read-only, whoever is not root has to put another in their place.
        file.unlink(missing_ok=True)
        file.write_bytes(data)
        (self.snapshots / "log/checkpoint").write_bytes(data)
        for authority in authorities:
            self.stamp(file, authority)
        return file

    def stamp(self, checkpoint, authority):
        number = len(list(checkpoint.parent.glob(f"{checkpoint.stem}.{authority.name}.*.tsr"))) + 1
        checkpoint.with_name(f"{checkpoint.stem}.{authority.name}.{number}.tsr").write_bytes(
            authority.stamp(checkpoint.read_bytes())
        )
        digest = hashlib.sha256(authority.chain).hexdigest()[:16]
        chain = self.snapshots / f"log/authorities/{authority.name}-{digest}.pem"
        chain.parent.mkdir(exist_ok=True)
        chain.write_bytes(authority.chain)

    def signer(self, key_id, origin):
        return self.key if key_id == self.key_id else None


def leaf_line(kind, path, data, seq):
    digest = hashlib.sha256(data).hexdigest()
    at, digest = "2026-11-23T09:00:00Z", f"sha256:{digest}"
    return f'{{"at":"{at}","digest":"{digest}","kind":"{kind}","path":"{path}","seq":{seq}}}'.encode()


def root_of(lines):
    """RFC 6962, as it is written there."""
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0]).digest()
    half = 1 << (len(lines) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(lines[:half]) + root_of(lines[half:])).digest()


def note_hash(name, key):
    return hashlib.sha256(name.encode() + b"\n\x01" + key.public_key().public_bytes_raw()).digest()[:4]


def note(text, name, key):
    signature = base64.b64encode(note_hash(name, key) + key.sign(text)).decode()
    return text + f"\n— {name} {signature}\n".encode()


def fingerprint(key):
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


#: All that `verify.sh` may use: sha256sum, openssl, and the coreutils that it names.
TOOLS = (
    "sha256sum", "openssl", "base64", "cat", "comm", "cut", "date", "dirname", "head", "mktemp", "od", "realpath",
    "rm", "sort", "tail", "tr",
)  # fmt: skip


def bare_path(folder):
    """A PATH with those tools and nothing else."""
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


def verify(bundle, path, *words, script=None, shell="/bin/sh"):
    """Run the verifier in an empty environment: (exit status, what it said)."""
    done = subprocess.run(
        [shell, str(script or bundle / "verify.sh"), *map(str, words), str(bundle)],
        env={"PATH": str(path)},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr
