-- What people agreed to, where nothing may be sent, who looked at whom, what was asked for and what time ends.
create schema privacy;

-- Why we use what we know of somebody, and on what ground of the law. `channels`: where she may be asked; `any` stands for what is no message.
create table privacy.purpose (
    code text primary key check (code <> ''),
    legal_basis text not null check (legal_basis in ('consent', 'contract', 'legitimate_interest', 'legal_obligation')),
    channels text[] not null check (channels <> '{}'),
    double_opt_in boolean not null default false,
    position smallint not null default 0,
    active boolean not null default true
);

-- What is read before somebody agrees. A version is never changed: another one follows it.
create table privacy.wording (
    purpose text not null references privacy.purpose (code),
    version integer not null check (version > 0),
    language text not null,
    name text not null check (name <> ''),
    text text not null check (text <> ''),
    actor text not null,
    made_at timestamptz not null,
    primary key (purpose, version, language)
);

-- Append-only: what was agreed is never rewritten, it is followed. Somebody without a record is known by her address: its hash
-- finds her words again, the address itself is there to write to, and goes when she is forgotten.
create table privacy.consent (
    id bigint generated always as identity primary key,
    customer_id uuid,
    address_hash bytea check (octet_length(address_hash) = 32),
    address text,
    purpose text not null references privacy.purpose (code),
    channel text not null check (channel <> ''),
    granted boolean not null,
    legal_basis text not null,
    source text not null check (source <> ''),
    language text not null default '',
    version integer,
    text_shown text not null check (text_shown <> ''),
    proof jsonb not null default '{}',
    actor text not null,
    recorded_at timestamptz not null,
    check (num_nonnulls(customer_id, address_hash) > 0),
    check (address is null or address_hash is not null)
);
create index consent_customer on privacy.consent (customer_id, id) where customer_id is not null;
create index consent_address on privacy.consent (address_hash, id) where address_hash is not null;

-- Who asked for letters and has not said so again from her own mailbox.
create table privacy.opt_in (
    id uuid primary key,
    token_hash bytea not null unique,
    address text not null,
    address_hash bytea not null,
    purpose text not null references privacy.purpose (code),
    channel text not null,
    language text not null,
    version integer not null,
    text_shown text not null,
    source text not null,
    proof jsonb not null default '{}',
    asked_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > asked_at),
    confirmed_at timestamptz
);
create index opt_in_address on privacy.opt_in (address_hash, asked_at);
create index opt_in_expiry on privacy.opt_in (expires_at);

-- Addresses that nothing may be sent to: as hashes, so that the list says nothing to whoever reads it. `purpose` empty: none at all.
create table privacy.suppression (
    id uuid primary key,
    address_hash bytea not null check (octet_length(address_hash) = 32),
    channel text not null check (channel <> ''),
    purpose text not null default '',
    reason text not null check (reason in ('hard_bounce', 'complaint', 'unsubscribed', 'erased', 'do_not_call', 'by_hand')),
    hint text not null default '',
    source text not null,
    actor text not null,
    actor_name text not null,
    recorded_at timestamptz not null,
    lifted_at timestamptz,
    lifted_by text not null default '',
    lifted_by_name text not null default '',
    lifted_because text not null default '',
    check (lifted_at is null or lifted_because <> '')
);
create unique index suppression_standing on privacy.suppression (address_hash, channel, purpose, reason) where lifted_at is null;
create index suppression_newest on privacy.suppression (recorded_at desc, id desc);

-- Who looked at whom: a row for each person that was shown to somebody who works here, or to a program.
create table privacy.access (
    id bigint generated always as identity primary key,
    customer_id uuid not null,
    actor text not null,
    actor_name text not null,
    what text not null,
    path text not null,
    channel_id uuid,
    location_id uuid,
    request_id text not null,
    at timestamptz not null
);
create index access_customer on privacy.access (customer_id, id);
create index access_actor on privacy.access (actor, id);

-- All we hold of somebody, made on demand and kept for a few days, in pieces that no process need hold whole.
create table privacy.export (
    id uuid primary key,
    customer_id uuid not null,
    state text not null check (state in ('asked', 'made', 'failed', 'gone')),
    language text not null,
    actor text not null,
    actor_name text not null,
    asked_at timestamptz not null,
    made_at timestamptz,
    expires_at timestamptz,
    bytes bigint not null default 0,
    rows bigint not null default 0,
    check ((state = 'made') = (made_at is not null and expires_at is not null) or state = 'gone')
);
create index export_customer on privacy.export (customer_id, asked_at desc);
create unique index export_waiting on privacy.export (customer_id) where state = 'asked';
create table privacy.export_piece (
    export_id uuid not null references privacy.export (id),
    number integer not null,
    data bytea not null,
    primary key (export_id, number)
);

-- Who asked to be forgotten, who decided, and what came of it.
create table privacy.erasure (
    id uuid primary key,
    customer_id uuid not null,
    state text not null check (state in ('requested', 'scheduled', 'done', 'refused', 'withdrawn')),
    reason text not null default '' check (length(reason) <= 500),
    actor text not null,
    actor_name text not null,
    requested_at timestamptz not null,
    decided_by text not null default '',
    decided_by_name text not null default '',
    decided_at timestamptz,
    decision text not null default '' check (length(decision) <= 500),
    done_at timestamptz,
    counts jsonb not null default '{}',
    check ((state = 'done') = (done_at is not null))
);
create unique index erasure_open on privacy.erasure (customer_id) where state in ('requested', 'scheduled');
create index erasure_newest on privacy.erasure (requested_at desc, id desc);
create index erasure_scheduled on privacy.erasure (decided_at) where state = 'scheduled';

-- How it is done here: one row.
create table privacy.policy (
    one boolean primary key default true check (one),
    erase_at_once boolean not null default false, -- without anybody's approval, where nothing hinders
    version integer not null default 1 check (version > 0)
);
insert into privacy.policy default values;

-- How long things are kept, where it is not as it comes with the product.
create table privacy.retention (
    code text primary key,
    keep_days integer not null check (keep_days between 1 and 36500),
    active boolean not null,
    version integer not null default 1 check (version > 0),
    actor text not null,
    actor_name text not null,
    changed_at timestamptz not null
);
create table privacy.retention_run (
    id uuid primary key,
    code text not null,
    before timestamptz not null,
    rows bigint not null check (rows > 0),
    at timestamptz not null
);
create index retention_run_newest on privacy.retention_run (at desc);

insert into privacy.purpose (code, legal_basis, channels, double_opt_in, position) values
    ('access', 'contract', '{email,sms}', false, 0),
    ('service', 'contract', '{email,sms,whatsapp,instagram,push,post,phone}', false, 1),
    ('marketing', 'consent', '{email,sms,whatsapp,instagram,push,post,phone}', true, 2),
    ('personalisation', 'consent', '{any}', false, 3),
    ('profiling', 'consent', '{any}', false, 4),
    ('research', 'legitimate_interest', '{email,phone}', false, 5);

insert into privacy.wording (purpose, version, language, name, text, actor, made_at)
select purpose, 1, language, name, text, 'system:migration', now()
from (values
    ('access', 'en', 'Codes you ask for', 'One-time codes and confirmations that you ask for yourself. We cannot let you in without them.'),
    ('access', 'es', 'Códigos que pides', 'Códigos de un solo uso y confirmaciones que pides tú. Sin ellos no podemos dejarte entrar.'),
    ('access', 'it', 'Codici che chiedi', 'Codici monouso e conferme che chiedi tu. Senza non possiamo farti entrare.'),
    ('access', 'ru', 'Коды по вашей просьбе', 'Одноразовые коды и подтверждения, которые вы запрашиваете сами. Без них мы не можем вас впустить.'),
    ('service', 'en', 'Your orders', 'What you need to know about your orders, returns and bookings. It is part of what you bought.'),
    ('service', 'es', 'Tus pedidos', 'Lo que necesitas saber de tus pedidos, devoluciones y reservas. Forma parte de lo que has comprado.'),
    ('service', 'it', 'I tuoi ordini', 'Ciò che serve sapere su ordini, resi e prenotazioni. Fa parte di ciò che hai comprato.'),
    ('service', 'ru', 'Ваши заказы', 'Всё, что нужно знать о заказах, возвратах и записях. Это часть вашей покупки.'),
    ('marketing', 'en', 'News and offers', 'Send me news, ideas and offers. I can say no again at any time, by the link in every letter.'),
    ('marketing', 'es', 'Novedades y ofertas', 'Enviadme novedades, ideas y ofertas. Puedo decir que no cuando quiera, con el enlace de cada correo.'),
    ('marketing', 'it', 'Novità e offerte', 'Inviatemi novità, idee e offerte. Posso dire di no quando voglio, dal link in ogni messaggio.'),
    ('marketing', 'ru', 'Новости и предложения', 'Присылайте мне новости, идеи и предложения. Я могу отказаться в любой момент по ссылке в каждом письме.'),
    ('personalisation', 'en', 'Suggestions made for you', 'Use what I bought and looked at, in every channel, to show me what may suit me.'),
    ('personalisation', 'es', 'Sugerencias para ti', 'Usad lo que he comprado y mirado, en todos los canales, para mostrarme lo que me pueda gustar.'),
    ('personalisation', 'it', 'Suggerimenti per te', 'Usate ciò che ho comprato e guardato, su tutti i canali, per mostrarmi ciò che può fare per me.'),
    ('personalisation', 'ru', 'Подборки для вас', 'Используйте мои покупки и просмотры во всех каналах, чтобы показывать то, что мне подойдёт.'),
    ('profiling', 'en', 'Groups of customers', 'Put me into groups of customers with similar habits, to decide which offers I am sent.'),
    ('profiling', 'es', 'Grupos de clientes', 'Incluidme en grupos de clientes con hábitos parecidos para decidir qué ofertas recibo.'),
    ('profiling', 'it', 'Gruppi di clienti', 'Inseritemi in gruppi di clienti con abitudini simili per decidere quali offerte ricevo.'),
    ('profiling', 'ru', 'Группы покупателей', 'Относите меня к группам покупателей с похожими привычками, чтобы выбирать предложения для меня.'),
    ('research', 'en', 'Questions about how we did', 'Now and then we ask how it was. You can tell us not to.'),
    ('research', 'es', 'Preguntas sobre tu experiencia', 'De vez en cuando preguntamos qué tal fue. Puedes decirnos que no lo hagamos.'),
    ('research', 'it', 'Domande sulla tua esperienza', 'Ogni tanto chiediamo com''è andata. Puoi dirci di non farlo.'),
    ('research', 'ru', 'Вопросы о вашем опыте', 'Иногда мы спрашиваем, как всё прошло. Вы можете попросить этого не делать.')
) as told (purpose, language, name, text);

-- Words that were given before there was this room move here, in their order; purposes of old that nobody declared come with them.
insert into privacy.purpose (code, legal_basis, channels, position)
select purpose, 'consent', array_agg(distinct channel), 100
from customers.consent
group by purpose
on conflict (code) do nothing;
insert into privacy.consent (customer_id, purpose, channel, granted, legal_basis, source, text_shown, actor, recorded_at)
select customer_id, consent.purpose, channel, granted, purpose.legal_basis, source, text_shown, 'system:migration', recorded_at
from customers.consent
    join privacy.purpose on purpose.code = consent.purpose
order by consent.id;
drop table customers.consent;
