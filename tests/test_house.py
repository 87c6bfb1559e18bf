"""The house stays a house: contracts hold, and each of them notices when it is broken."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A line planted in a file, and the contract that must notice.
VIOLATIONS = {
    "a lower floor calls a higher one": ("inventory/api/allocating.py", "import portico.orders.api", "Floors"),
    "the platform learns commerce": ("platform/clock.py", "import portico.catalog.types", "Floors"),
    "a door is imported by a room": ("orders/rules.py", "import portico.channels.desk.http", "Floors"),
    "neighbours on a floor": ("carts/rules.py", "import portico.orders.types", "Floors"),
    "somebody else's tables": (
        "offers/api.py",
        "import portico.inventory.store",
        "Private: the SQL and rules of inventory",
    ),
    "somebody else's rules": (
        "orders/rules.py",
        "import portico.pricing.rules",
        "Private: the SQL and rules of pricing",
    ),
    "routes used as an api": ("checkout/api.py", "import portico.carts.http", "Routes"),
    "a letter beside the gate": ("orders/api.py", "import aiosmtplib", "Mail"),
    "the gate opened by hand": (
        "orders/rules.py",
        "import portico.privacy.gate",
        "Private: the SQL, the rules and the gate of privacy",
    ),
    "a room with its own driver": ("payments/api.py", "import asyncpg", "SQL"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    words = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(root / ".importlinter")]
    return subprocess.run(
        words, cwd=root, env={"PYTHONPATH": str(root / "src")}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house, without data and built files, to break."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("static", "__pycache__", "*.json"))
    shutil.copy(ROOT / ".importlinter", tmp_path / ".importlinter")
    return tmp_path


def test_the_contracts_hold(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_planted_violation_is_noticed(house: Path) -> None:
    """All planted at once, since reading the house takes seconds; each must be told by its own contract, with its own two ends."""
    for file, line, _ in VIOLATIONS.values():
        path = house / "src" / "portico" / file
        path.write_text(f"{path.read_text()}\n\n{line}\n")
    done = lint(house)
    assert done.returncode == 1, done.stdout[-3000:]
    told = {}  # the part of the report that is about each broken contract, by its heading
    for part in re.split(r"\n(?=[^\n]+\n-+\n)", done.stdout.partition("Broken contracts")[2]):
        heading, _, rest = part.strip().partition("\n")
        told[heading] = rest
    missed = [
        name
        for name, (file, line, contract) in VIOLATIONS.items()
        if not any(_names_both_ends(rest, file, line) for heading, rest in told.items() if heading.startswith(contract))
    ]
    assert missed == [], done.stdout[-6000:]


def _names_both_ends(report: str, file: str, line: str) -> bool:
    importer = "portico." + file.removesuffix(".py").replace("/", ".")
    return any(f"{importer} -> {line.removeprefix('import ')}" in row for row in report.splitlines())


def test_every_room_has_its_readme() -> None:
    house = ROOT / "src" / "portico"
    rooms = [one.parent for one in house.glob("*/types.py")] + [one.parent for one in house.glob("*/types/")]
    assert len(rooms) >= 10
    assert [str(one) for one in rooms if not (one / "README.md").is_file()] == []
