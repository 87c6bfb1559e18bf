"""SQL of companies and households."""

from portico.companies.types import Buyer, Company, CompanyId, Household, HouseholdId, Invitation, InvitationId, Member
from portico.platform.db import Query

_COMPANY = """id, number, name, billing, tax_id, email, phone, language, market_ids, deliveries, terms_days, credits, tax_note,
        policy, state, version, created_at, changed_at"""
_BUYER = "company_id, customer_id, role, limits, joined_at"
_INVITATION = "id, company_id, email, role, limits, invited_at, expires_at"
_HOUSEHOLD = "id, name, address, version, created_at"
_MEMBER = "household_id, customer_id, by_herself, joined_at"

CREATE = Query(
    None,
    """
    insert into companies.company (id, number, name, billing, country, tax_id, email, phone, language, market_ids, deliveries,
        terms_days, credits, tax_note, policy, state, created_at, changed_at, actor, actor_name)
    values (:id, :number, :name, :billing::text::jsonb, :country, :tax_id, :email, :phone, :language, :market_ids::uuid[],
        :deliveries::text::jsonb, :terms_days, :credits::text::jsonb, :tax_note, :policy::text::jsonb, :state, :now, :now, :actor,
        :actor_name)
    """,
)
SAVE = Query(
    None,
    """
    update companies.company
    set name = :name, billing = :billing::text::jsonb, country = :country, tax_id = :tax_id, email = :email, phone = :phone,
        language = :language, market_ids = :market_ids::uuid[], deliveries = :deliveries::text::jsonb, terms_days = :terms_days,
        credits = :credits::text::jsonb, tax_note = :tax_note, policy = :policy::text::jsonb, state = :state,
        version = version + 1, changed_at = :now, actor = :actor, actor_name = :actor_name
    where id = :id
    """,
)
FIND = Query(Company, f"select {_COMPANY} from companies.company where id = any(:ids::uuid[]) order by id")
LOCK = Query(Company, f"select {_COMPANY} from companies.company where id = any(:ids::uuid[]) order by id for update")
NUMBERS = Query(str, "select number from companies.company where number = any(:numbers::text[])")
TAKEN = Query(
    str,
    "select number from companies.company where country = :country and tax_id = :tax_id and tax_id <> '' and id <> :id",
)
# Keyset paging by name. An exact number or tax id, or words that begin so.
LIST = Query(
    Company,
    f"""
    select {_COMPANY}
    from companies.company
    where (:words::text is null or search @@ :words::text::tsquery)
        and (:state::text is null or state = :state)
        and (:after_name::text is null or (name, id) > (:after_name, :after_id::uuid))
    order by name, id
    limit :rows_max
    """,
)

BUYERS = Query(
    Buyer,
    f"select {_BUYER} from companies.buyer where company_id = any(:company_ids::uuid[]) order by joined_at, customer_id",
)
OF_CUSTOMERS = Query(
    Buyer,
    f"select {_BUYER} from companies.buyer where customer_id = any(:customer_ids::uuid[]) order by joined_at, company_id",
)
PUT_BUYER = Query(
    None,
    """
    insert into companies.buyer (company_id, customer_id, role, limits, joined_at)
    values (:company_id, :customer_id, :role, :limits::text::jsonb, :now)
    on conflict (company_id, customer_id) do update set role = excluded.role, limits = excluded.limits
    """,
)
DROP_BUYER = Query(None, "delete from companies.buyer where company_id = :company_id and customer_id = :customer_id")

INVITE = Query(
    Invitation,
    f"""
    insert into companies.invitation (id, company_id, email, role, limits, invited_at, expires_at, actor, actor_name)
    values (:id, :company_id, :email, :role, :limits::text::jsonb, :now, :expires_at, :actor, :actor_name)
    on conflict (company_id, email) do update
    set id = excluded.id, role = excluded.role, limits = excluded.limits, invited_at = excluded.invited_at,
        expires_at = excluded.expires_at, actor = excluded.actor, actor_name = excluded.actor_name
    returning {_INVITATION}
    """,
)
INVITATIONS = Query(
    Invitation,
    f"""
    select {_INVITATION}
    from companies.invitation
    where (company_id = :company_id or email = any(:emails::text[])) and expires_at > :now
    order by invited_at, id
    """,
)
INVITATION = Query(
    Invitation, f"select {_INVITATION} from companies.invitation where id = :id and email = any(:emails::text[])"
)
TAKE_INVITATION = Query(
    Invitation,
    f"""
    delete from companies.invitation
    where id = :id and (:company_id::uuid is null or company_id = :company_id)
        and (:emails::text[] is null or email = any(:emails))
    returning {_INVITATION}
    """,
)

SWEEP_INVITATIONS = Query(
    InvitationId,
    """
    delete from companies.invitation
    where id in (select id from companies.invitation where expires_at <= :before order by expires_at limit :rows_max)
    returning id
    """,
)

ADD_HOUSEHOLD = Query(
    None,
    """
    insert into companies.household (id, name, address, created_at)
    values (:id, :name, :address::text::jsonb, :now)
    """,
)
SAVE_HOUSEHOLD = Query(
    HouseholdId,
    """
    update companies.household
    set name = :name, address = :address::text::jsonb, version = version + 1
    where id = :id and version = :expected
    returning id
    """,
)
HOUSEHOLD = Query(Household, f"select {_HOUSEHOLD} from companies.household where id = :id")
# Who joins and who leaves wait for each other: of the last who leave together, one takes the household away.
LOCK_HOUSEHOLD = Query(Household, f"select {_HOUSEHOLD} from companies.household where id = :id for update")
DROP_HOUSEHOLD = Query(None, "delete from companies.household where id = :id")
MEMBERS = Query(
    Member,
    f"select {_MEMBER} from companies.household_member where household_id = :id order by joined_at, customer_id",
)
MEMBERSHIPS = Query(
    Member, f"select {_MEMBER} from companies.household_member where customer_id = any(:customer_ids::uuid[])"
)
JOIN = Query(
    HouseholdId,
    """
    insert into companies.household_member (customer_id, household_id, by_herself, joined_at, actor, actor_name)
    values (:customer_id, :id, :by_herself, :now, :actor, :actor_name)
    on conflict do nothing
    returning household_id
    """,
)
LEAVE = Query(
    Member,
    f"""
    delete from companies.household_member
    where customer_id = any(:customer_ids::uuid[]) and household_id = :id
    returning {_MEMBER}
    """,
)

EVERY = Query(CompanyId, "select id from companies.company where id > :after order by id limit :rows_max")
