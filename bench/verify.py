"""Claims verified a second, leaves appended and proven a second, and audit's reading speed against sha256sum.

    make bench-verify [ARGS="--claims 100000 --posts 50000 --leaves 1000000 --evidence-mb 2000 --rounds 3"]

1. A home is made in which articles quote so many posts, each captured, a tenth of them wrongly; then the command
itself runs over it, from the start of the interpreter to its end: the first time it writes every verdict down,
the second time it finds nothing new. Beside it "bare": the same `capture.json` files read and their texts compared
with `==`, no more. 2. Leaves are hashed into the log's tree, each is proven by its inclusion path, and each proof
is checked. 3. A home with so many megabytes of evidence is audited, and `sha256sum` reads the same files; they
take turns, and both find them in the page cache. What counts are the ratios of one run. --json prints all figures as
one object.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import quotes_made
from measure import measured

ARCHIVER = Path(sys.executable).parent / "archiver"


def main():
    options = parsed()
    figures = {}
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="bench-verify-") as folder:
        if options.claims:
            figures["claims"] = claims(Path(folder) / "quotes", options)
        if options.leaves:
            figures["leaves"] = leaves(options.leaves)
        if options.evidence_mb:
            figures["audit"] = audit(Path(folder) / "evidence", options)
    if options.json:
        print(json.dumps(figures))
    else:
        show(figures)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=int, default=100_000, help="0: leave this part out")
    parser.add_argument("--posts", type=int, default=50_000, help="different posts that are quoted")
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--evidence-mb", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where the homes are made [default: the system's folder for such things]")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


# --- 1. claims ---------------------------------------------------------------------------------------


def claims(home, options):
    tell(f"making a home in which {options.claims:,} claims quote {options.posts:,} posts")
    wrong = quotes_made.make(home, claims=options.claims, posts=options.posts)
    bare_s, files = bare(home)
    tell(f"bare: {bare_s:.1f} s")
    first_s, first_cpu_s, found = verify(home)
    tell(f"first: {first_s:.1f} s")
    second_s, _cpu_s, again = verify(home)
    if found != again or found["claims"] != options.claims or found["wrong"] != wrong:
        sys.exit(f"it went wrong: {found}, {again}; {wrong} quotes are wrong")
    return {
        **found,
        "posts": options.posts,
        "bare_s": bare_s,
        "bare_files": files,
        "first_s": first_s,
        "first_cpu_s": first_cpu_s,
        "second_s": second_s,
        "claims_per_s": options.claims / first_s,
    }


def bare(home):
    """Read what has to be read and compare texts for equality: nothing can be faster with one process."""
    began = time.monotonic()
    texts, quoted, files = {}, [], 0
    for path in (home / "snapshots" / "captures").rglob("capture.json"):
        files += 1
        value = json.loads(path.read_bytes())
        if value["type"] == "capture":
            texts[value["resource"]["key"]] = value["record"]["text"]
        else:
            quoted += [(f"{one['platform']}:{one['post_id']}", one["claim"]["text"]) for one in value["mentions"]]
    sum(texts[key] == text for key, text in quoted)
    return time.monotonic() - began, files


def verify(home):
    with measured() as cost:
        done = subprocess.run(
            [ARCHIVER, "verify", "--json", "--no-diff", "--home", home], stdout=subprocess.PIPE, check=False
        )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    right = ("exact", "equivalent", "truncated")
    return cost.wall_s, cost.cpu_s, {"claims": len(rows), "wrong": sum(row["verdict"] not in right for row in rows)}


# --- 2. leaves ---------------------------------------------------------------------------------------


def leaves(count):
    from archiver.store.merkle import Frontier, Tree, check_inclusion, leaf_hash

    lines = list(quotes_made.leaf_lines(count))
    tell(f"{count:,} leaves")
    began = time.monotonic()
    frontier = Frontier(lines)
    appended_s = time.monotonic() - began
    began = time.monotonic()
    tree = Tree(lines)
    built_s = time.monotonic() - began
    root = tree.root()
    if root != frontier.root():
        sys.exit("the two trees have two roots")
    began = time.monotonic()
    paths = [tree.inclusion(number) for number in range(count)]
    proven_s = time.monotonic() - began
    began = time.monotonic()
    good = sum(check_inclusion(leaf_hash(line), n, count, paths[n], root) for n, line in enumerate(lines))
    checked_s = time.monotonic() - began
    if good != count:
        sys.exit(f"{count - good} proofs do not hold")
    return {
        "leaves": count,
        "appended_per_s": count / appended_s,
        "kept_whole_per_s": count / built_s,
        "proven_per_s": count / proven_s,
        "appended_and_proven_per_s": count / (built_s + proven_s),
        "checked_per_s": count / checked_s,
    }


# --- 3. audit ----------------------------------------------------------------------------------------


def audit(home, options):
    tell(f"making {options.evidence_mb} MB of evidence")
    quotes_made.make_evidence(home, options.evidence_mb)
    root = home / "snapshots"
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] != "tmp")
    size = sum(path.stat().st_size for path in files)
    sums, audits = [], []
    empty_s = timed([ARCHIVER, "audit", "--help"])
    for _ in range(options.rounds):
        sums.append(timed(["xargs", "-0", "sha256sum"], stdin=b"\0".join(str(path).encode() for path in files)))
        audits.append(timed([ARCHIVER, "audit", "--home", home]))
        tell(f"sha256sum {sums[-1]:.2f} s, audit {audits[-1]:.2f} s")
    best_sum_s, best_audit_s = min(sums), min(audits)
    return {
        "files": len(files),
        "bytes": size,
        "sha256sum_mb_per_s": size / 1e6 / best_sum_s,
        "audit_mb_per_s": size / 1e6 / best_audit_s,
        "ratio": best_sum_s / best_audit_s,
        "start_s": empty_s,
    }


def timed(command, stdin=None):
    began = time.monotonic()
    done = subprocess.run(command, input=stdin, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}")
    return time.monotonic() - began


# --- the table ---------------------------------------------------------------------------------------


def tell(text):
    print(text, file=sys.stderr)


def show(figures):
    if one := figures.get("claims"):
        print(f"\n{one['claims']:,} claims of {one['posts']:,} posts, {one['wrong']:,} of them wrong, all found")
        row("bare: read and `==`", one["bare_s"], f"{one['bare_files']:,} files")
        row("archiver verify", one["first_s"], f"{one['claims_per_s']:,.0f} a second, every verdict written (< 60 s)")
        row("archiver verify, again", one["second_s"], "nothing new")
    if one := figures.get("leaves"):
        print(f"\n{one['leaves']:,} leaves, a second")
        for name in ("appended", "kept_whole", "proven", "appended_and_proven", "checked"):
            aim = "   (≥ 20,000)" if name == "appended_and_proven" else ""
            print(f"{name.replace('_', ' '):34}{one[f'{name}_per_s']:12,.0f}{aim}")
    if one := figures.get("audit"):
        print(f"\n{one['bytes'] / 1e6:,.0f} MB of evidence in {one['files']:,} files, MB a second")
        print(f"{'sha256sum':34}{one['sha256sum_mb_per_s']:12,.0f}")
        print(f"{'archiver audit':34}{one['audit_mb_per_s']:12,.0f}   {one['ratio']:.2f} × sha256sum (≥ 0.8)")


def row(name, seconds, said):
    print(f"{name:34}{seconds:10.1f} s   {said}")


if __name__ == "__main__":
    main()
