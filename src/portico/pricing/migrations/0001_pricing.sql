-- What a variant costs in a market, and the tax that market levies.
create schema pricing;

create table pricing.price (
    variant_id uuid not null,
    market_id uuid not null,
    amount bigint not null check (amount between 0 and 9007199254740991),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    changed_at timestamptz not null,
    primary key (variant_id, market_id)
);

create table pricing.tax_rate (
    market_id uuid not null,
    tax_category text not null,
    jurisdiction text not null,
    rate_ppm integer not null check (rate_ppm between 0 and 1000000),
    primary key (market_id, tax_category, jurisdiction)
);
