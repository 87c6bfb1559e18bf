"""All records at once, and files of people: nothing lost, nothing joined that was kept apart."""

from pathlib import Path

import msgspec
from click.testing import CliRunner

from portico.__main__ import main
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api
from portico.identity.types import PersonAttribute, Policy, Told
from portico.integrations.shops import people_import
from portico.lab.bench.identity import people as made_up
from portico.lab.bench.identity.live import TOLD
from portico.platform.db import Database, Query
from tests.identity.test_resolving import BY, HOME, enter
from tests.world import World

PEOPLE = Query(int, "select count(*) from customers.customer")
MERGES = Query(int, "select count(*) from identity.merge")

FILE = """ref;Nombre;Apellidos;Móvil;Correo;Fecha de nacimiento;CP;Ciudad
1;Ana;Muñoz;612 345 678;ana@example.com;14/03/1988;28013;Madrid
2;Marcos;Muñoz;612 345 678;;01/02/2012;28013;Madrid
3;Eva;Gil;12;eva@example.com;;;
4;Leo;Sanz;;leo@nowhere@example.com;;;
5;Иван;Орлов;+7 912 345-67-89;;1990-13-45;;
6;Ana\u202e;Ruiz;;ana.ruiz@example.com;;;
7;{long};Ruiz;;long@example.com;;;
8;𝒜na 王;Cohen עברית;;four@example.com;;;
9;too;few
1;Again;Ana;;again@example.com;;;
;;;;;;;
11;Ana;Muñoz;;аna@example.com;1988-03-14;28013;Madrid
"""


async def test_a_file_of_people_is_taken_row_by_row(database: Database, world: World, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(FILE.format(long="x" * 300), "utf-8")
    rejects = tmp_path / "rejects.csv"
    report = await people_import.run(database, path, source="old", region="ES", rejects_path=rejects)
    assert report.adds_up and report.imported == 4, report
    assert report.reasons == {
        "bad_phone": 1, "bad_email": 1, "bad_birth_date": 1, "bad_given_name": 2, "ragged_row": 1, "twice": 1, "nobody": 1,
    }  # fmt: skip
    numbers = [line.partition(",")[0] for line in rejects.read_text("utf-8").splitlines()[1:]]
    assert sorted(map(int, numbers)) == [4, 5, 6, 7, 8, 10, 11, 12]
    async with database.read() as tx:
        found = await customers.find(tx, q="munoz")
        marcos = next(one for one in found if one.given_name == "Marcos")
        told = {one.kind: one.value for one in (await api.person(tx, id=marcos.id)).attributes}
    # The family's telephone is Ana's to be reached by; that Marcos gave it too is not lost.
    assert marcos.phone is None and told[Told.PHONE] == "+34612345678" and told[Told.BIRTH_DATE] == "2012-02-01"
    again = await people_import.run(database, path, source="old", region="ES")
    assert again.changed_nothing and again.imported == 4
    dry = await people_import.run(database, path, source="other", region="ES", dry_run=True)
    assert dry.imported == 4
    async with database.read() as tx:
        assert await tx.one(PEOPLE) == 4


async def test_all_records_are_compared_and_a_dry_run_writes_nothing(database: Database) -> None:
    told = {"birth_date": "1988-03-14", **HOME}
    pairs: list[tuple[CustomerId, CustomerId]] = []
    for given, family in (("Elena", "Marín"), ("Hugo", "Ferrer"), ("Carla", "Sanz")):
        first = await enter(
            database, given_name=given, family_name=family, told={**told, "email": f"{family}@example.com"}
        )
        second = await enter(
            database, given_name=given, family_name=family, told={**told, "email": f"{family}@example.com"}
        )
        pairs.append((first, second))
    async with database.transaction() as tx:
        await api.keep_apart(tx, pairs=[pairs[2]], reason="twins", by=BY)
        await api.put_policy(tx, policy=Policy(merge_bits=12, review_bits=1))

    def silent(step: str, done: int, total: int | None) -> None: ...

    tried = await api.match(database, by=BY, dry_run=True, progress=silent)
    assert tried.records == 6 and tried.merged >= 2 and tried.samples
    async with database.read() as tx:
        assert await tx.one(MERGES) == 0
    done = await api.match(database, by=BY, dry_run=False, progress=silent)
    assert done.merged == 2
    async with database.read() as tx:
        for first, second in pairs[:2]:
            assert (await api.members(tx, ids=[second]))[second] == (first, second)
        assert (await api.members(tx, ids=[pairs[2][0]]))[pairs[2][0]] == (pairs[2][0],)
    assert (await api.match(database, by=BY, dry_run=False, progress=silent)).merged == 0
    assert (await api.learn(database, progress=silent)).version is None  # of six nothing is learnt


async def test_weights_are_learnt_from_our_own_records(database: Database) -> None:
    async with database.transaction() as tx:
        rows = list(made_up.rows(records=2_400, seed=5))
        news = [NewCustomer(external_ref=f"t:{i}") for i in range(len(rows))]
        ids = [one.id for one in await customers.put_customers(tx, customers=news, by=BY)]  # type: ignore[union-attr]
        told = [
            (id, "import:t", [PersonAttribute(kind=TOLD[name], value=value) for name, value in zip(made_up.COLUMNS, row, strict=True)
                              if name in TOLD and value])
            for id, row in zip(ids, rows, strict=True)
        ]  # fmt: skip
        await api.record(tx, told=told, by=BY)
        await api.index(tx, ids=ids)

    def silent(step: str, done: int, total: int | None) -> None: ...

    learnt = await api.learn(database, progress=silent)
    assert learnt.version == 1 and learnt.pairs > 300
    assert learnt.worth["birth_date"][-1] > 5 > 0 > learnt.worth["given_name"][0]


def test_the_bench_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("id,name,who\n1,Ana Ruiz,a\n2,Ana Ruis,a\n3,Eva Gil,b\n4,Leo Sanz,c\n")
    run = CliRunner()
    found = run.invoke(main, ["bench", "identity", "--file", str(path), "--truth", "who", "--json"])
    assert found.exit_code == 0, found.output
    assert msgspec.json.decode(found.stdout)["sets"][0]["true_pairs"] == 1
    plain = run.invoke(main, ["bench", "identity", "--file", str(path), "--truth", "who"])
    assert plain.exit_code == 0 and "F1" in plain.output
    for arguments, says in (
        (["--file", str(path), "--truth", "whom"], "there is no column 'whom'"),
        (["--file", str(tmp_path / "none"), "--truth", "x"], "there is no such file"),
        (["--file", str(path)], "go together"),
    ):
        failed = run.invoke(main, ["bench", "identity", *arguments])
        assert failed.exit_code != 0 and says in failed.output, failed.output
