"""Signed notes, checkpoints and inclusion proofs: their exact bytes, and everything that is none."""

import base64
import hashlib
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.store.checkpoints import Checkpoint, read_checkpoint
from archiver.store.merkle import Tree, checkpoint_text
from archiver.store.notes import Note, NoteKey, Signature, note_bytes, read_note, sign_note, verify_note
from archiver.store.proofs import make_proof, proof_bytes, read_proof, verify_proof

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LINES = [b'{"seq":%d}' % number for number in range(11)]
TREE = Tree(LINES)
TEXT = checkpoint_text(TREE)
ORIGIN = TEXT.split(b"\n")[0].decode()


def public(key, name=ORIGIN):
    return NoteKey(name, key.public_key().public_bytes_raw())


KEY = public(SECRET)
NOTE = Note(TEXT, (sign_note(TEXT, ORIGIN, SECRET),))
DATA = note_bytes(NOTE)


def test_a_note_is_its_text_an_empty_line_and_signatures():
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + KEY.public).digest()[:4]
    signature = base64.b64encode(key_id + SECRET.sign(TEXT)).decode()
    assert DATA.decode() == f"{TEXT.decode()}\n— {ORIGIN} {signature}\n"
    assert read_note(DATA) == NOTE
    assert verify_note(NOTE, [KEY]) == (KEY,)


def test_the_text_ends_at_the_last_empty_line():
    text = "One line.\n\nAnother — with a dash.\n\n\nThe end.\n".encode()
    note = Note(text, (sign_note(text, "archive.example/a", SECRET),))
    data = note_bytes(note)
    assert (data[: len(text) + 1], read_note(data)) == (text + b"\n", note)
    assert verify_note(note, [public(SECRET, "archive.example/a")])


def test_openssl_accepts_the_signature(tmp_path):
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "signature").write_bytes(NOTE.signatures[0].signature)
    (tmp_path / "key.pem").write_bytes(
        SECRET.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text"]
    done = subprocess.run([*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "Signature Verified Successfully\n"


def test_several_keys_may_sign_and_unknown_ones_are_passed_over():
    witness = sign_note(TEXT, "witness.example", OTHER)
    note = Note(TEXT, (witness, *NOTE.signatures, sign_note(TEXT, ORIGIN, OTHER)))
    assert read_note(note_bytes(note)) == note
    assert verify_note(note, [KEY]) == (KEY,)
    assert verify_note(note, [KEY, public(OTHER)]) == (KEY, public(OTHER))
    assert verify_note(note, [public(OTHER, "witness.example")]) == (public(OTHER, "witness.example"),)


@pytest.mark.parametrize("bad", [Signature("witness.example", KEY.id, b"x" * 64), Signature(ORIGIN, b"abcd", b"y")])
def test_a_key_with_the_name_or_the_id_of_a_known_one_is_still_unknown(bad):
    assert verify_note(Note(TEXT, (bad, *NOTE.signatures)), [KEY]) == (KEY,)
    with pytest.raises(ValueError, match="no known key"):
        verify_note(Note(TEXT, (bad,)), [KEY])


def test_a_false_signature_of_a_known_key_spoils_the_note():
    false = Signature(ORIGIN, KEY.id, bytes(64))
    for signatures in ((false,), (*NOTE.signatures, false), (false, *NOTE.signatures)):
        with pytest.raises(ValueError, match="does not fit"):
            verify_note(Note(TEXT, signatures), [KEY])


LINE = DATA.splitlines(keepends=True)[-1]
BAD_NOTES = {
    "nothing": b"",
    "no signature": TEXT + b"\n",
    "no text": b"\n\n" + LINE,
    "no empty line": TEXT + LINE,
    "no end": DATA[:-1],
    "a line behind it": DATA + b"more\n",
    "an empty line behind it": DATA + b"\n",
    "a hyphen": DATA.replace("—".encode(), b"-"),
    "no name": TEXT + "\n—  ".encode() + LINE.split(b" ")[2],
    "a plus in the name": DATA.replace("— embed".encode(), "— e+d".encode()),
    "a space in the name": DATA.replace("— embed".encode(), "— e\u00a0d".encode()),
    "a tab": DATA.replace(b"\n11\n", b"\n11\t\n"),
    "a carriage return": DATA.replace(b"\n11\n", b"\r\n11\r\n"),
    "not UTF-8": DATA.replace(b"embed", b"\xff"),
    "no base64": DATA[:-3] + b"!=\n",
    "no padding": DATA.rstrip(b"=\n") + b"\n" if DATA.endswith(b"=\n") else DATA[:-2] + b"\n",
    "an id only": TEXT + b"\n" + "— name ".encode() + base64.b64encode(b"abcd") + b"\n",
    "no signature behind the name": TEXT + b"\n" + "— name \n".encode(),
    "too large": b"x" * (1 << 20) + b"\n" + DATA,
    "too many": TEXT + b"\n" + LINE * 65,
}


@pytest.mark.parametrize("name", BAD_NOTES)
def test_what_is_no_note_is_refused(name):
    with pytest.raises(ValueError, match=r"note|signature|base64"):
        read_note(BAD_NOTES[name])


@pytest.mark.parametrize("text", [b"no line feed", b"", b"a\tb\n"])
def test_what_can_not_be_a_note_is_not_written(text):
    with pytest.raises(ValueError, match="note"):
        note_bytes(Note(text, NOTE.signatures))


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_a_value_error(data):
    for made in (data, TEXT + b"\n" + data, "text\n\n— name ".encode() + base64.b64encode(data) + b"\n"):
        try:
            note = read_note(made)
        except ValueError:
            continue
        assert note_bytes(note) == made


def test_a_checkpoint_is_a_note_or_three_bare_lines():
    signed, bare = read_checkpoint(DATA), read_checkpoint(TEXT)
    assert (signed.origin, signed.size, signed.root) == (ORIGIN, 11, TREE.root())
    assert (signed.data, signed.text, bare.data) == (DATA, TEXT, TEXT)
    assert (signed.signers, bare.signers) == ((KEY.id.hex(),), ())
    assert signed.verified([KEY]) == (KEY,)
    with pytest.raises(ValueError, match="not signed"):
        bare.verified([KEY])
    assert bare == Checkpoint(ORIGIN, 11, TREE.root())


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        TEXT[:-1],
        TEXT + b"extension\n",
        TEXT.replace(b"\n11\n", b"\n011\n"),
        TEXT.replace(b"\n11\n", b"\n-1\n"),
        TEXT.replace(b"embed-archive/", b"other/"),
        TEXT.replace(b"=\n", b"\n"),
        f"{ORIGIN}\n11\n{base64.b64encode(b'short').decode()}\n".encode(),
        DATA.replace(b"\n11\n", b"\n11 \n"),
    ],
)
def test_what_is_no_checkpoint_is_refused(bad):
    with pytest.raises(ValueError, match=r"checkpoint|log|base64|note"):
        read_checkpoint(bad)


@pytest.mark.parametrize("size", [1, 2, 7, 8, 11])
def test_every_leaf_below_a_checkpoint_has_a_proof(size):
    text = checkpoint_text(Tree(LINES[:size]))
    stated = Checkpoint(ORIGIN, size, TREE.root(size), Note(text, (sign_note(text, ORIGIN, SECRET),)))
    for index in range(size):
        data = proof_bytes(make_proof(TREE, index, stated))
        proof = read_proof(data)
        assert (proof.index, proof.checkpoint) == (index, stated)
        assert proof_bytes(proof) == data
        assert verify_proof(proof, LINES[index], [KEY]) == (KEY,)


def test_a_proof_file_is_index_hashes_and_checkpoint():
    proof = proof_bytes(make_proof(TREE, 4, read_checkpoint(DATA)))
    path = "".join(f"{base64.b64encode(node).decode()}\n" for node in TREE.inclusion(4))
    assert proof.decode() == f"c2sp.org/tlog-proof@v1\nindex 4\n{path}\n{DATA.decode()}"


def test_a_proof_holds_for_its_own_line_and_key_only():
    proof = make_proof(TREE, 4, read_checkpoint(DATA))
    for line, keys, why in (
        (LINES[5], [KEY], "not in the tree"),
        (LINES[4], [public(OTHER)], "no known key"),
        (LINES[4], [], "no known key"),
    ):
        with pytest.raises(ValueError, match=why):
            verify_proof(proof, line, keys)
    with pytest.raises(ValueError, match="not one of this log"):
        make_proof(Tree(LINES[1:]), 4, read_checkpoint(DATA))


def test_no_flipped_bit_of_a_proof_is_accepted():
    data = proof_bytes(make_proof(TREE, 4, read_checkpoint(DATA)))
    accepted = []
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            verify_proof(read_proof(bytes(changed)), LINES[4], [KEY])
        except ValueError:
            continue
        accepted.append(bit)
    assert accepted == []


@pytest.mark.parametrize(
    "change",
    [
        (b"@v1", b"@v2"),
        (b"index 4", b"index 04"),
        (b"index 4", b"index -1"),
        (b"index 4\n", b"extra YWJj\nindex 4\n"),
        (b"index 4\n", b"index 4\nYWJj\n"),
        (b"index 4\n", b""),
        (b"\n\n", b"\n"),
    ],
)
def test_what_is_no_proof_is_refused(change):
    data = proof_bytes(make_proof(TREE, 4, read_checkpoint(DATA)))
    with pytest.raises(ValueError, match=r"proof|base64|checkpoint|hash"):
        read_proof(data.replace(*change, 1))
