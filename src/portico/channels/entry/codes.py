"""One-time codes: sent to whoever can read an address, checked once. The API and the shop's pages both ask here."""

from datetime import datetime

from portico.customers import api as customers
from portico.platform import i18n
from portico.platform.auth import api as auth
from portico.platform.auth.types import WrongCode
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.privacy import api as privacy
from portico.privacy.types import Letter, Recipient


async def send(door: Door, tx: Tx, *, address: str) -> datetime:
    """Mail a code to an e-mail address, or to the e-mail of the customer with this phone number; when it ends.

    Nobody learns whether anybody has the address. Refuses BadEmail, BadPhone, TooManyCodes.
    """
    contact = customers.contact(address)
    code, expires_at = await auth.send_code(tx, address=contact.value)
    to = contact.value if contact.is_email else await _email_of(tx, address)
    if to:
        subject = i18n.text(door.language, "mail.code.subject")
        text = i18n.text(door.language, "mail.code.text", code=code)
        letter = Letter(kind="access.code", subject=subject, text=text, language=door.language)
        recipient = Recipient(address=to, given_at=tx.now)  # she types it now, or asks for it by her phone
        await privacy.write(tx, to=recipient, purpose="access", letter=letter)
    return expires_at


async def _email_of(tx: Tx, address: str) -> str | None:
    customer_id = await customers.by_address(tx, address=address)
    brief = (await customers.briefs(tx, ids=[customer_id])).get(customer_id) if customer_id else None
    return brief.email if brief else None


async def check(door: Door, *, address: str, code: str) -> WrongCode | None:
    """None if it is the newest code sent to the address, however that is spelt. A wrong guess is counted, whatever comes
    next. Refuses BadEmail, BadPhone."""
    contact = customers.contact(address)
    async with door.database.transaction() as tx:
        return await auth.check_code(tx, address=contact.value, code=code)
