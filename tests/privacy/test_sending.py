"""Nothing is sent without a look at what she said: by construction, at queueing, and again right before it goes."""

import ast
import copy
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.customers.types import CustomerId
from portico.platform.db import Database
from portico.platform.ids import decode_hook
from portico.privacy import api, gate
from portico.privacy.api import NewSuppression, Permitted, Queued
from portico.privacy.rules import Against, Standing, judge
from portico.privacy.types import (
    BadConsent,
    LegalBasis,
    Letter,
    NewWord,
    Recipient,
    Stopped,
    SuppressedFor,
    Whom,
    Why,
)
from tests.privacy.people import BY, count, enter, queued

SOURCE = Path(gate.__file__).parents[1]
LETTER = Letter(kind="campaign", subject="News", text="Come and see", language="es")
# Every job of the house and where it is asked for. What is sent to people is asked for by the gate and nobody else.
JOBS = {
    ("privacy/gate.py", "JOBS[permitted.channel]"),
    ("privacy/exporting.py", "EXPORT_JOB"),
    ("fulfillment/api/packing.py", "'label'"),
    ("returns/labels.py", "'return_label'"),
    ("payments/operating.py", "JOB"),
}


def jobs_of(text: str, name: str) -> set[tuple[str, str]]:
    """Which jobs a file puts into the queue."""
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    return {
        (name, ast.unparse(one.args[0]) if one.args else "?")
        for one in calls
        if isinstance(one.func, ast.Attribute) and one.func.attr == "enqueue" and not name.startswith("platform/")
    }


def makers_of(text: str) -> int:
    """How often a file makes the right to send, instead of asking for it."""
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    return sum(ast.unparse(one.func).rpartition(".")[2] == "Permitted" for one in calls)


def test_only_the_gate_puts_messages_into_the_queue() -> None:
    found: set[tuple[str, str]] = set()
    for file in sorted(SOURCE.rglob("*.py")):
        if "static" in file.parts:
            continue
        name = file.relative_to(SOURCE).as_posix()
        found |= jobs_of(file.read_text("utf-8"), name)
        assert not makers_of(file.read_text("utf-8")) or name == "privacy/gate.py", name
    assert found <= JOBS, found - JOBS


def test_a_planted_sender_is_noticed() -> None:
    planted = 'async def news(tx, to):\n    tx.enqueue("message.email", {"to": to})\n'
    assert jobs_of(planted, "journeys/api.py") - JOBS == {("journeys/api.py", "'message.email'")}
    assert makers_of("right = api.Permitted(object(), to=to)") == 1


def test_nobody_makes_the_right_to_send_by_hand() -> None:
    to = Recipient(address="ana@example.com")
    with pytest.raises(TypeError):
        Permitted(object(), to=to, purpose="marketing", channel="email", hers_to_say=True)
    with pytest.raises(TypeError):

        class Forged(Permitted):  # type: ignore[misc]  # what mypy refuses is tried at run time too
            pass

        gate.send(None, permitted=Forged.__new__(Forged), letter=LETTER)  # type: ignore[arg-type]


async def test_the_right_to_send_is_neither_changed_nor_copied(database: Database) -> None:
    async with database.transaction() as tx:
        right = await api.permit(tx, to=Recipient(address="ana@example.com"), purpose="service")
        assert isinstance(right, Permitted)
        with pytest.raises(AttributeError):
            right.address = "else@example.com"
        for copied in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError):
                copied(right)
        with pytest.raises(TypeError):
            api.send(tx, permitted="ana@example.com", letter=LETTER)  # type: ignore[arg-type]


async def send(database: Database, purpose: str, to: Recipient) -> Why | None:
    async with database.transaction() as tx:
        stopped = await api.write(tx, to=to, purpose=purpose, letter=LETTER)
    return stopped.why if stopped else None


async def say(database: Database, whom: Whom, purpose: str, granted: bool, channel: str = "email") -> None:
    word = NewWord(purpose=purpose, channel=channel, granted=granted, source="till", language="es")
    async with database.transaction() as tx:
        await api.record(tx, whom=whom, words=[word], by=BY)


async def test_without_a_word_nothing_is_sent_and_her_last_word_counts(database: Database) -> None:
    ana = await enter(database)
    whom, to = Whom((ana.id,)), Recipient(address="ana@example.com", customer_ids=(ana.id,))
    assert await send(database, "marketing", to) is Why.NO_CONSENT
    assert await send(database, "service", to) is None  # she bought something
    assert await send(database, "research", to) is None  # until she says no
    assert await send(database, "no such purpose", to) is Why.NO_PURPOSE
    assert await send(database, "personalisation", to) is Why.NO_CONSENT
    await say(database, whom, "marketing", True)
    assert await send(database, "marketing", to) is None
    await say(database, whom, "marketing", False, channel="any")
    assert await send(database, "marketing", to) is Why.WITHDRAWN
    await say(database, whom, "research", False)
    assert await send(database, "research", to) is Why.OBJECTED
    assert len(await queued(database)) == 3
    assert await count(database, "privacy.consent") == 3, "earlier words are kept"


async def test_what_a_guest_said_holds_for_her_record_too(database: Database) -> None:
    email = (await _contact("ana@example.com"))[0]
    await say(database, Whom((), email), "marketing", True)
    assert await send(database, "marketing", Recipient(address="ana@example.com")) is None
    ana = await enter(database)
    assert await send(database, "marketing", Recipient(address="ana@example.com", customer_ids=(ana.id,))) is None
    await say(database, Whom((ana.id,)), "marketing", False)
    assert await send(database, "marketing", Recipient(address="ana@example.com", customer_ids=(ana.id,))) is (
        Why.WITHDRAWN
    )


async def _contact(address: str):  # type: ignore[no-untyped-def]
    from portico.customers import api as customers

    return [customers.contact(address)]


@pytest.mark.parametrize(
    "reason", [SuppressedFor.HARD_BOUNCE, SuppressedFor.COMPLAINT, SuppressedFor.DO_NOT_CALL, SuppressedFor.BY_HAND]
)
async def test_suppressions_stop_what_they_may(database: Database, reason: SuppressedFor) -> None:
    ana = await enter(database)
    to = Recipient(address="ana@example.com", customer_ids=(ana.id,))
    await say(database, Whom((ana.id,)), "marketing", True)
    async with database.transaction() as tx:
        new = NewSuppression(address="Ana@Example.com", reason=reason)
        assert await api.suppress(tx, news=[new], source="provider", by=BY) == 1
        assert await api.suppress(tx, news=[new], source="provider", by=BY) == 0
    assert await send(database, "marketing", to) == Why(reason)
    assert await send(database, "service", to) == (Why.HARD_BOUNCE if reason is SuppressedFor.HARD_BOUNCE else None)
    told = await count(database, "platform.fact", "type = 'privacy.message_stopped.v1'")
    assert told == (2 if reason is SuppressedFor.HARD_BOUNCE else 0), "that she cannot be reached is worth knowing"
    async with database.transaction() as tx:
        (one,) = await api.suppressions(tx, address="ana@example.com")
        assert one.hint == "a…@e….com"
        await api.lift(tx, id=one.id, because="she has a new mailbox", by=BY)
    assert await send(database, "marketing", to) is None


async def test_she_may_withdraw_while_it_waits(database: Database) -> None:
    ana = await enter(database)
    to = Recipient(address="ana@example.com", customer_ids=(ana.id,))
    await say(database, Whom((ana.id,)), "marketing", True)
    await send(database, "marketing", to)
    (payload,) = await queued(database)
    waiting = msgspec.json.decode(payload, type=Queued, dec_hook=decode_hook)
    async with database.transaction() as tx:
        assert isinstance(await api.permit_again(tx, queued=waiting), Permitted)
    await say(database, Whom((ana.id,)), "marketing", False)
    async with database.transaction() as tx:
        assert await api.permit_again(tx, queued=waiting) == Stopped(Why.WITHDRAWN)
    assert await count(database, "platform.fact", "type = 'privacy.message_stopped.v1'") == 1


@pytest.mark.parametrize(
    ("word", "field"),
    [
        (NewWord(purpose="nothing", channel="email", granted=True, source="till"), "purpose"),
        (NewWord(purpose="service", channel="email", granted=False, source="till"), "purpose"),
        (NewWord(purpose="marketing", channel="pigeon", granted=True, source="till"), "channel"),
        (NewWord(purpose="marketing", channel="email", granted=True, source=" "), "source"),
        (NewWord(purpose="marketing", channel="email", granted=True, source="a\0b"), "source"),
        (
            NewWord(purpose="marketing", channel="email", granted=True, source="till", text_shown="я" * 2001),
            "text_shown",
        ),
    ],
)
async def test_a_word_that_cannot_be_is_refused_and_nothing_is_written(
    database: Database, word: NewWord, field: str
) -> None:
    ana = await enter(database)
    good = NewWord(purpose="marketing", channel="email", granted=True, source="till", text_shown="‮Новости 🛋️")
    with pytest.raises(BadConsent) as refused:
        async with database.transaction() as tx:
            await api.record(tx, whom=Whom((ana.id,)), words=[good, word], by=BY)
    assert refused.value.field == field
    assert await count(database, "privacy.consent") == 0


async def test_a_wording_that_changed_is_a_version_of_its_own(database: Database) -> None:
    ana = await enter(database)
    await say(database, Whom((ana.id,)), "marketing", True)
    async with database.transaction() as tx:
        before = {one.code: one for one in await api.purposes(tx)}["marketing"]
    from portico.privacy.types import NewPurpose, NewWording

    new = NewPurpose(
        code="marketing", legal_basis=LegalBasis.CONSENT, channels=before.channels, double_opt_in=True,
        wordings={"es": NewWording("Novedades", "Otra cosa")},
    )  # fmt: skip
    for _ in range(2):  # the second time nothing is new
        async with database.transaction() as tx:
            after = await api.put_purpose(tx, new=new, by=BY)
    assert {one.version for one in after.wordings} == {2} and len(after.wordings) == 4
    await say(database, Whom((ana.id,)), "marketing", True)
    async with database.read() as tx:
        said = await api.words(tx, whom=Whom((ana.id,)))
    assert [(one.version, one.text_shown.partition(":")[0]) for one in said] == [
        (1, "Novedades y ofertas"), (2, "Novedades"),
    ]  # fmt: skip


NOW = datetime(2026, 11, 1, tzinfo=UTC)
moments = st.integers(-5, 5).map(lambda days: NOW + timedelta(days=days))
againsts = st.lists(
    st.builds(Against, st.sampled_from(SuppressedFor), st.sampled_from(["", "marketing", "research"]), moments),
    max_size=4,
)
standings = st.builds(
    Standing, st.sampled_from(LegalBasis), st.booleans(), st.just(["email"]),
    st.one_of(st.none(), st.booleans()), moments, againsts,
)  # fmt: skip


@given(standings, st.one_of(st.none(), moments))
def test_what_may_be_sent_by_the_rules(found: Standing, given_at: datetime | None) -> None:
    why = judge(found, channel="email", purpose="marketing", given_at=given_at)
    against = {one.reason for one in found.against if one.purpose in ("", "marketing")}
    if SuppressedFor.HARD_BOUNCE in against or not found.active:
        assert why is not None, "a mailbox that is not there gets nothing"
    if why is None and found.legal_basis is LegalBasis.CONSENT:
        assert found.granted, "no word means no"
    if why is None and found.legal_basis is LegalBasis.LEGITIMATE_INTEREST:
        assert found.granted is not False
    if why is None and found.legal_basis.hers_to_say:
        assert not against & {SuppressedFor.COMPLAINT, SuppressedFor.DO_NOT_CALL, SuppressedFor.BY_HAND}
    if (
        found.active
        and not found.legal_basis.hers_to_say
        and not against & {SuppressedFor.HARD_BOUNCE, SuppressedFor.ERASED}
    ):
        assert why is None, "what she bought cannot be had without news of it"
    assert judge(found, channel="sms", purpose="marketing", given_at=given_at) is Why.NO_PURPOSE


def test_a_customer_id_stands_in_what_is_queued_as_text() -> None:
    one = Queued(
        address="a@b.com",
        channel="email",
        purpose="service",
        customer_ids=(CustomerId.new(),),
        given_at=None,
        letter=LETTER,
    )
    from portico.platform.ids import encode_hook

    raw = msgspec.json.encode(one, enc_hook=encode_hook)
    assert msgspec.json.decode(raw, type=Queued, dec_hook=decode_hook) == one
