"""The written contract of `db/`, as a new home gets it and the repository tracks it."""

from importlib.resources import files
from pathlib import Path

from archiver.catalog.migrations import schema_sql

__all__ = ["CONTRACT_FILES", "contract_files", "write_contract"]

CONTRACT_FILES = ("README.md", "schema.sql", "metadata.yml")
_SOURCES = {"README.md": "contract.md", "metadata.yml": "datasette-metadata.yml"}


def contract_files() -> dict[str, str]:
    """The texts that belong beside a catalog, by file name."""
    package = files("archiver.catalog")
    texts = {name: (package / source).read_text(encoding="utf-8") for name, source in _SOURCES.items()}
    return {**texts, "schema.sql": schema_sql()}


def write_contract(folder: Path) -> None:
    """Write the texts into `folder`; one that is there already with the same text is left alone.

    Raises OSError.
    """
    for name, text in contract_files().items():
        path = folder / name
        # A damaged one may be no text any more.
        if not path.exists() or path.read_bytes() != text.encode():
            path.write_text(text, encoding="utf-8")
