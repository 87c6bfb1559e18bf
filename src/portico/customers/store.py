"""All SQL of customers."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.customers.types import ContactKind, CustomerId, Reached
from portico.platform.db import Query


class CustomerRow(msgspec.Struct, frozen=True):
    id: CustomerId
    number: str
    given_name: str
    family_name: str
    phone: str | None
    email: str | None
    loyalty_number: str | None
    language: str
    created_at: datetime
    created_channel_id: UUID | None


# The first phone and the first e-mail somebody gave are the ones shown.
_CUSTOMERS = """
    select customer.id, customer.number, customer.given_name, customer.family_name,
        (select value from customers.contact_point where customer_id = customer.id and kind = 'phone'
            order by created_at, value limit 1),
        (select value from customers.contact_point where customer_id = customer.id and kind = 'email'
            order by created_at, value limit 1),
        customer.loyalty_number, customer.language, customer.created_at, customer.created_channel_id
    from customers.customer
"""
CUSTOMERS = Query(CustomerRow, f"{_CUSTOMERS} where customer.id = any(:ids::uuid[])")
NOT_FORGOTTEN = Query(
    CustomerId, "select id from customers.customer where id = any(:ids::uuid[]) and erased_at is null"
)
AFTER = Query(CustomerId, "select id from customers.customer where id > :after::uuid order by id limit :rows_max")

# ':' follows '9': a range instead of a `like`, which no index serves once its pattern is a parameter.
# Exact numbers and addresses first, then endings of phones, then names.
FIND = Query(
    CustomerRow,
    f"""
    with found as (
        select id, min(place) as place
        from (
            select id, 1 as place from customers.customer where number = :number or loyalty_number = :loyalty_number
            union all
            select customer_id, 1 from customers.contact_point where kind = 'email' and value = :email
            union all
            select customer_id, 1 from customers.contact_point where kind = 'phone' and value = any(:phones::text[])
            union all
            select customer_id, 2 from customers.contact_point
            join unnest(:endings::text[]) as asked (ending)
                on contact_point.ending ~>=~ asked.ending and contact_point.ending ~<~ (asked.ending || ':')
            where kind = 'phone'
            union all
            select id, 3 from customers.customer where :names::text <> '' and search @@ :names::text::tsquery
        ) as hit
        group by id
        order by place, id
        limit :limit
    )
    {_CUSTOMERS}
    join found on found.id = customer.id
    order by found.place, customer.family_name, customer.given_name, customer.id
    """,
)


class ContactRow(msgspec.Struct, frozen=True):
    kind: ContactKind
    value: str
    customer_id: CustomerId
    verified_at: datetime | None


# An import looks for references and writes what is missing: nobody may add the same ones in between. Readers go on.
LOCK_WRITERS = Query(None, "lock table customers.customer in share row exclusive mode")

CONTACTS = Query(
    ContactRow,
    """
    select kind, value, customer_id, verified_at
    from customers.contact_point
    where (kind, value) in (select * from unnest(:kinds::text[], :values::text[]))
    """,
)


SPEAK = Query(
    CustomerId,
    "update customers.customer set language = :language where id = :id and language <> :language returning id",
)
REACHED = Query(
    Reached,
    """
    select customer_id, kind, value, created_at, verified_at
    from customers.contact_point
    where customer_id = any(:ids::uuid[])
    order by customer_id, created_at, value
    """,
)


class KnownRow(msgspec.Struct, frozen=True):
    external_ref: str
    id: CustomerId
    given_name: str
    family_name: str
    language: str


KNOWN = Query(
    KnownRow,
    """
    select external_ref, id, given_name, family_name, language
    from customers.customer
    where external_ref = any(:refs::text[])
    """,
)
TAKEN_NUMBERS = Query(
    str,
    """
    select number from customers.customer where number = any(:numbers::text[])
    union all
    select loyalty_number from customers.customer where loyalty_number = any(:loyalty_numbers::text[])
    """,
)
CREATE = Query(
    None,
    """
    insert into customers.customer (id, number, given_name, family_name, language, loyalty_number, external_ref,
        created_at, created_channel_id, search)
    select id, number, given_name, family_name, language, loyalty_number, external_ref, :now, :channel, search::tsvector
    from unnest(:ids::uuid[], :numbers::text[], :given_names::text[], :family_names::text[], :languages::text[],
        :loyalty_numbers::text[], :refs::text[], :searches::text[])
        as given (id, number, given_name, family_name, language, loyalty_number, external_ref, search)
    """,
)
CHANGE = Query(
    None,
    """
    update customers.customer
    set given_name = given.given_name, family_name = given.family_name, language = given.language,
        search = given.search::tsvector
    from unnest(:ids::uuid[], :given_names::text[], :family_names::text[], :languages::text[], :searches::text[])
        as given (id, given_name, family_name, language, search)
    where customer.id = given.id
    """,
)
# Two who sign up with one address at once: the second waits here for the first, and is told by the missing row.
ADD_CONTACTS = Query(
    CustomerId,
    """
    insert into customers.contact_point (customer_id, kind, value, ending, verified_at, created_at)
    select customer_id, kind, value, reverse(value), verified_at, :now
    from unnest(:customers::uuid[], :kinds::text[], :values::text[], :verified::timestamptz[])
        as given (customer_id, kind, value, verified_at)
    order by kind, value
    on conflict (kind, value) do nothing
    returning customer_id
    """,
)
VERIFY = Query(
    CustomerId,
    """
    update customers.contact_point
    set verified_at = :now
    where kind = :kind and value = :value and verified_at is null
    returning customer_id
    """,
)
