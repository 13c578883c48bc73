"""The floors of the design: a module imports only from lower floors, never sideways."""

import ast
import re
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "archiver"
FLOORS = {
    "model": 0,
    "platforms": 1,
    "extract": 2,
    "compare": 2,
    "fetch": 3,
    "tap": 3,
    "browser": 3,
    "store": 3,
    "catalog": 3,
    "engine": 3,
    "steps": 4,
    "report": 4,
    "lookup": 4,
    "demo": 4,
    # The commands compose the other two of the top floor.
    "cli": 6,
    "config": 5,
    "sections": 4,
    "home": 5,
    "__main__": 7,
}
#: Outside parts that one package owns.
OWNERS = {"playwright": {"browser"}, "sqlite3": {"catalog"}, "sqlite_utils": {"catalog"}, "warcio": {"store"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides its floor"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_floors(path):
    here = part_of(path)
    if here == "__init__":
        return
    for name in imported_names(path):
        if not name.startswith("archiver."):
            continue
        there = name.split(".")[1]
        if there in (here, "__version__"):
            continue
        assert FLOORS[there] < FLOORS[here], f"{path.name}: {here} (floor {FLOORS[here]}) imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_outside_part_is_imported_only_by_its_owner(path):
    for name in imported_names(path):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or part_of(path) in owners, f"{path.name} imports {name}, owned by {owners}"


def test_model_needs_only_the_standard_library():
    for path in (PACKAGE / "model").glob("*.py"):
        for name in imported_names(path):
            top = name.split(".")[0]
            assert top == "archiver" or top in sys.stdlib_module_names, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_pattern_has_a_possessive_or_atomic_group(path):
    # Python 3.11.0 to 3.11.4 matches them wrongly (CPython issue 106052), and Debian 12 ships 3.11.2.
    assert re.findall(r"[^(]\)(?:\{[0-9, ]*\}+|\*|\?|\+)\+|\(\?>", path.read_text()) == []
