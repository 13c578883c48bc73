"""The parts of the documentation that are made from the code; `--write` makes them anew."""

import sys
from pathlib import Path

from archiver.catalog import contract_files
from archiver.store import contract_text

REPOSITORY = Path(__file__).parent.parent


def generated_files():
    """Path below the repository → the text that belongs there."""
    return {
        "snapshots/README.md": contract_text().decode(),
        "db/README.md": contract_files()["README.md"],
        "db/schema.sql": contract_files()["schema.sql"],
    }


if __name__ == "__main__" and "--write" in sys.argv:
    for name, text in generated_files().items():
        (REPOSITORY / name).write_text(text, encoding="utf-8")
