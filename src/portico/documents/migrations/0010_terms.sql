-- Documents go when the term ends for which the law has them kept: from a chain's beginning on, all of them, whoever they name. The
-- chain remembers where it begins now. What refers to one that went names it still.
alter table documents.chain
    add column ended_position bigint not null default 0 check (ended_position >= 0),
    add column ended_hash bytea check (octet_length(ended_hash) = 32),
    add constraint chain_ended check ((ended_position = 0) = (ended_hash is null));
alter table documents.document
    drop constraint document_refers_to_fkey,
    add column restricted_at timestamptz;
