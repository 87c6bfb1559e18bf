-- She has said that what she holds with us may lapse: points, store credit.
alter table privacy.erasure add column gives_up boolean not null default false;
