"""Purposes, what people said about them, and asking them to say it twice."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer

from portico.customers import api as customers
from portico.customers.types import Contact, ContactKind, CustomerId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.privacy import gate, rules, suppressing
from portico.privacy.events import ConsentChanged
from portico.privacy.rules import Linked
from portico.privacy.store import consents as store
from portico.privacy.types import (
    WORDS_AT_ONCE_MAX,
    BadConsent,
    BadLink,
    Letter,
    NewPurpose,
    NewWord,
    OptInId,
    Proof,
    Purpose,
    Recipient,
    Stance,
    Whom,
    Word,
    Wording,
)

WORDS_MAX = 2_000
OPT_IN_LASTS, OPT_INS_PER_DAY = timedelta(days=7), 3


async def purposes(tx: Tx) -> list[Purpose]:
    """Every purpose with the newest wording in each language, in their order."""
    wordings: dict[str, list[Wording]] = {}
    for row in await tx.all(store.WORDINGS):
        wordings.setdefault(row.purpose, []).append(Wording(row.purpose, row.version, row.language, row.name, row.text))
    return [
        Purpose(
            code=one.code, legal_basis=one.legal_basis, channels=tuple(one.channels), double_opt_in=one.double_opt_in,
            position=one.position, active=one.active, wordings=tuple(wordings.get(one.code, ())),
        )
        for one in await tx.all(store.PURPOSES)
    ]  # fmt: skip


async def put_purpose(tx: Tx, *, new: NewPurpose, by: Hand) -> Purpose:
    """Make a purpose as it should be. Another wording is another version; who agreed to the one before agreed to that.
    Refuses BadPurpose."""
    rules.checked_purpose(new)
    await tx.run(
        store.PUT_PURPOSE, code=new.code, legal_basis=new.legal_basis, channels=list(new.channels),
        double_opt_in=new.double_opt_in, position=new.position, active=new.active,
    )  # fmt: skip
    before = {one.code: one for one in await purposes(tx)}
    wordings = rules.next_wordings(new, before.get(new.code))
    if wordings:
        await tx.run(
            store.ADD_WORDINGS, purpose=new.code, languages=list(wordings), names=[one.name for one in wordings.values()],
            texts=[one.text for one in wordings.values()], actor=by.actor, now=tx.now,
        )  # fmt: skip
    return {one.code: one for one in await purposes(tx)}[new.code]


async def record(tx: Tx, *, whom: Whom, words: Sequence[NewWord], by: Hand, proof: Proof | None = None) -> None:
    """Write down what somebody agreed to or took back; earlier words are kept. By her record where she has one, by her address
    where she has none. Refuses NotFound, BadConsent."""
    known = {one.code: one for one in await purposes(tx)}
    if not 0 < len(words) <= WORDS_AT_ONCE_MAX:
        raise BadConsent(field="words")
    read = [rules.checked_word(one, known) for one in words]
    customer_id = whom.customer_ids[0] if whom.customer_ids else None
    if customer_id:
        await customers.customer(tx, id=customer_id)
    elif whom.contact is None:
        raise BadConsent(field="whom")
    bare = whom.contact if customer_id is None else None
    told = msgspec.json.encode(proof or Proof(request_id=by.request_id), enc_hook=encode_hook).decode()
    await tx.run(
        store.RECORD,
        customer=customer_id,
        address_hash=rules.digest(bare.value) if bare else None,
        address=bare.value if bare else None,
        purposes=[one.purpose for one in words],
        channels=[one.channel for one in words],
        granted=[one.granted for one in words],
        legal_bases=[purpose.legal_basis for purpose, _, _ in read],
        sources=[one.source.strip() for one in words],
        languages=[one.language for one in words],
        versions=[version for _, _, version in read],
        texts=[text for _, text, _ in read],
        proof=told,
        actor=by.actor,
        now=tx.now,
    )
    if customer_id:
        tx.emit(
            ConsentChanged(
                subject=customer_id, customer_id=customer_id, by=by, occurred_at=tx.now, purpose=one.purpose,
                channel=one.channel, granted=one.granted, source=one.source.strip(),
            )
            for one in words
        )  # fmt: skip


async def words(tx: Tx, *, whom: Whom) -> list[Word]:
    """All she has said, from the first to the last, by whichever of her records and addresses she said it."""
    return await tx.all(
        store.WORDS,
        customers=list(whom.customer_ids),
        address_hashes=await hashes_of(tx, whom=whom),
        rows_max=WORDS_MAX,
    )


async def choices(tx: Tx, *, whom: Whom) -> list[Stance]:
    """What holds now on every purpose in use and each of its channels."""
    used = [one for one in await purposes(tx) if one.active]
    return rules.choices(used, await words(tx, whom=whom))


async def said(tx: Tx, *, people: Sequence[Sequence[CustomerId]]) -> list[dict[tuple[str, str], bool]]:
    """What each of these people, given by their records, said last of every purpose that is hers to say and each of its channels; what
    she never spoke of is missing. In one look, however many they are."""
    used = [one for one in await purposes(tx) if one.active and one.legal_basis.hers_to_say]
    whose = {record: i for i, records in enumerate(people) for record in records}
    by_hash: dict[bytes, list[int]] = {}
    for one in await customers.contacts(tx, ids=list(whose)):
        by_hash.setdefault(rules.digest(one.value), []).append(whose[one.customer_id])
    rows = await tx.all(store.LAST_WORDS, customers=list(whose), address_hashes=list(by_hash))
    last: list[dict[tuple[str, str], tuple[int, bool]]] = [{} for _ in people]
    for row in rows:
        for i in [whose[row.customer_id]] if row.customer_id else by_hash[row.address_hash or b""]:
            before = last[i].get((row.purpose, row.channel))
            if before is None or before[0] < row.id:
                last[i][row.purpose, row.channel] = row.id, row.granted
    return [rules.said(used, one) for one in last]


async def hashes_of(tx: Tx, *, whom: Whom) -> list[bytes]:
    """The addresses by which she is known, as suppressions know them."""
    briefs = await customers.briefs(tx, ids=list(whom.customer_ids))
    addresses = [value for one in briefs.values() for value in (one.email, one.phone) if value]
    if whom.contact:
        addresses.append(whom.contact.value)
    return [rules.digest(one) for one in dict.fromkeys(addresses)]


# ------------------------------------------------------------------------------------------------ saying it twice


async def ask_twice(tx: Tx, *, address: str, purpose: str, language: str, source: str, proof: Proof, url: str) -> None:
    """Somebody left an address for letters: she is written to, and counts as agreed once she says so from there.

    Nobody learns whether the address is known. Whoever asks again and again is not written to again. Refuses BadEmail, BadConsent.
    """
    email = customers.email(address)
    digest = rules.digest(email)
    word = NewWord(purpose=purpose, channel="email", granted=True, source=source, language=language)
    found, text, version = rules.checked_word(word, {one.code: one for one in await purposes(tx)})
    if await tx.one(store.RECENT_OPT_INS, address_hash=digest, since=tx.now - timedelta(days=1)) >= OPT_INS_PER_DAY:
        return
    token, opt_in_id = secrets.token_urlsafe(24), OptInId.new()
    await tx.run(
        store.ADD_OPT_IN, id=opt_in_id, token_hash=hashlib.sha256(token.encode()).digest(), address=email,
        address_hash=digest, purpose=found.code, channel="email", language=language, version=version, text_shown=text,
        source=source, proof=msgspec.json.encode(proof, enc_hook=encode_hook).decode(), now=tx.now,
        expires_at=tx.now + OPT_IN_LASTS,
    )  # fmt: skip
    letter = Letter(
        kind="newsletter.confirm", language=language, subject=i18n.text(language, "mail.opt_in.subject"),
        text=i18n.text(language, "mail.opt_in.text", link=f"{url}/newsletter/{token}", read=text),
    )  # fmt: skip
    await gate.write(tx, to=Recipient(address=email, given_at=tx.now), purpose="access", letter=letter)


async def opt_in(tx: Tx, *, token: str) -> None:
    """Whether there is such a sign-up still to be confirmed, or confirmed before. Refuses BadLink."""
    found = await tx.maybe(store.FIND_OPT_IN, token_hash=hashlib.sha256(token.encode()).digest())
    if found is None or (found.confirmed_at is None and found.expires_at <= tx.now):
        raise BadLink()


async def confirm(tx: Tx, *, token: str, by: Hand, proof: Proof) -> Contact:
    """She has said it again, from her own mailbox: now it counts. A second time it is as it was. Locks the sign-up. Refuses BadLink."""
    found = await tx.maybe(store.LOCK_OPT_IN, token_hash=hashlib.sha256(token.encode()).digest())
    if found is None or (found.confirmed_at is None and found.expires_at <= tx.now):
        raise BadLink()
    contact = Contact(ContactKind.EMAIL, found.address)
    if found.confirmed_at is not None:
        return contact
    await tx.run(store.CONFIRM_OPT_IN, id=found.id, now=tx.now)
    owner = await customers.by_address(tx, address=found.address)
    word = NewWord(
        purpose=found.purpose, channel=found.channel, granted=True, source=found.source, text_shown=found.text_shown,
        language=found.language,
    )  # fmt: skip
    twice = msgspec.structs.replace(
        found.proof, opt_in_id=found.id, confirmed_at=tx.now, user_agent=proof.user_agent or found.proof.user_agent
    )
    whom = Whom((owner,) if owner else (), contact)
    await record(tx, whom=whom, words=[word], by=by, proof=twice)
    return contact


# ------------------------------------------------------------------------------------------------------- links


def link(secret: str, *, whom: Linked) -> str:
    """A link's name that proves itself: by it whoever reads her letters may say what she wants, without signing in."""
    customer = whom.customer_id.bytes.hex() if whom.customer_id else ""
    return str(_signer(secret).dumps([customer, whom.address_hash.hex(), whom.purpose, whom.channel]))


def read_link(secret: str, *, token: str) -> Linked:
    """Whom a link is about. Refuses BadLink."""
    try:
        customer, digest, purpose, channel = _signer(secret).loads(token[:500])
        found = CustomerId(bytes.fromhex(customer)) if customer else None
        return Linked(found, bytes.fromhex(digest), str(purpose), str(channel))
    except (BadSignature, ValueError, TypeError):
        raise BadLink() from None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="privacy.link")


async def of_link(tx: Tx, *, linked: Linked) -> Whom:
    """Who that is: her record; or, of one who has none, the address she gave us. Refuses BadLink where we know her no longer."""
    if linked.customer_id:
        if (await customers.briefs(tx, ids=[linked.customer_id])).get(linked.customer_id) is None:
            raise BadLink()
        return Whom((linked.customer_id,))
    address = await tx.maybe(store.ADDRESS_OF, address_hash=linked.address_hash)
    if address is None:
        raise BadLink()
    return Whom((), Contact(ContactKind.EMAIL if "@" in address else ContactKind.PHONE, address))


async def unsubscribe(tx: Tx, *, linked: Linked, source: str, by: Hand, proof: Proof) -> None:
    """No more letters of this purpose to this address: her word, and a suppression that holds even where she has no record.
    A second time nothing is written. Refuses BadLink for what is not hers to stop."""
    purpose = {one.code: one for one in await purposes(tx)}.get(linked.purpose)
    if purpose is None or not purpose.legal_basis.hers_to_say:
        raise BadLink()
    if not await suppressing.unsubscribed(tx, linked=linked, source=source, by=by):
        return
    try:
        whom = await of_link(tx, linked=linked)
    except BadLink:  # the suppression holds without her
        return
    word = NewWord(purpose=linked.purpose, channel=linked.channel, granted=False, source=source)
    await record(tx, whom=whom, words=[word], by=by, proof=proof)
