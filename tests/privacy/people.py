"""People of these tests, and what is asked of the database about them."""

from portico.customers import api as customers
from portico.customers.types import Customer, NewCustomer
from portico.platform.db import Database
from portico.platform.events import Hand

BY = Hand(actor="system:test", actor_name="Test")
ANA = NewCustomer(given_name="Ana", family_name="Muñoz", email="ana@example.com", phone="+34612345678", language="es")


async def enter(database: Database, new: NewCustomer = ANA) -> Customer:
    async with database.transaction() as tx:
        return await customers.create(tx, new=new, by=BY)


async def count(database: Database, table: str, where: str = "true") -> int:
    async with database.pool.acquire() as connection:
        return int(await connection.fetchval(f"select count(*) from {table} where {where}"))


async def queued(database: Database) -> list[bytes]:
    """What waits to be sent."""
    async with database.pool.acquire() as connection:
        rows = await connection.fetch("select payload from pgqueuer where entrypoint = 'message.email' order by id")
    return [bytes(one["payload"]) for one in rows]
