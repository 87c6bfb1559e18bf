"""Every lock of the rooms that promise what is scarce is taken away in a test that then loses its race."""

import importlib
import pkgutil
from pathlib import Path

import pytest

import portico
from portico.platform.db import Query

ROOMS = (
    "identity",
    "inventory",
    "bookings",
    "fulfillment",
    "ledger",
    "loyalty",
    "carts",
    "checkout",
    "documents",
    "returns",
    "pricing",
    "privacy",
    "segments",
    "companies",
    "approvals",
)


def _locks() -> list[tuple[str, str]]:
    found = []
    for module in pkgutil.walk_packages(portico.__path__, "portico."):
        parts = module.name.split(".")
        if len(parts) > 2 and parts[1] in ROOMS and any("store" in part for part in parts[2:]):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Query) and ("for update" in value.text or "lock table" in value.text):
                    found.append((module.name, name))
    return sorted(set(found))


@pytest.mark.parametrize(("module", "name"), _locks())
def test_each_lock_is_taken_away_somewhere(module: str, name: str) -> None:
    room = Path(__file__).parent / module.split(".")[1]
    tests = "".join(one.read_text() for one in room.glob("test_*.py"))
    assert f'"{name}", without_lock(' in tests or f'"{name}", unlocked)' in tests, f"{module}.{name}"
