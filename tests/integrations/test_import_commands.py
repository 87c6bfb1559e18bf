"""`portico import` as a person and as a program run it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.integrations.test_items import SHOPIFY
from tests.integrations.test_online_retail import SMALL, parquet

RUN = "from portico.app import cli; from portico.app.import_commands import import_; import_()"


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


async def test_json_is_one_object_and_its_counts_add_up(database_url: str, tmp_path: Path) -> None:
    path = parquet(tmp_path / "lines.parquet", SMALL)
    rejects = tmp_path / "rejects.csv"
    done = command("online-retail", path, "--database-url", database_url, "--json", "--rejects", rejects)
    report = json.loads(done.stdout)
    assert (
        done.returncode == 0 and report["adds_up"] and report["read"] == report["imported"] + report["rejected"] == 15
    )
    assert len(rejects.read_text().splitlines()) == report["rejected"] + 1
    again = json.loads(command("online-retail", path, "--database-url", database_url, "--json").stdout)
    assert again["changed_nothing"]


async def test_a_person_reads_what_was_done(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text(SHOPIFY)
    where = ("--database-url", database_url, "--currency", "eur", "--country", "es")
    done = command("items", tmp_path / "products.csv", *where)
    assert done.returncode == 0 and "4 rows read = 4 imported + 0 rejected" in done.stdout
    again = command("items", tmp_path / "products.csv", *where)
    assert "Everything was there already: nothing was changed." in again.stdout


async def test_a_broken_file_is_one_clear_sentence(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text(SHOPIFY.replace("Arco lamp", "=cmd|' /C calc'!A0"))
    where = ("--database-url", database_url, "--currency", "EUR", "--country", "ES")
    done = command("items", tmp_path / "products.csv", *where)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Error: products.csv, row 2, column Title: the cell is a spreadsheet formula" in done.stderr
    assert "Nothing was written." in done.stderr
    error = json.loads(command("items", tmp_path / "products.csv", *where, "--json").stdout)["error"]
    assert (error["code"], error["row"], error["column"]) == ("imports.formula", 2, "Title")
