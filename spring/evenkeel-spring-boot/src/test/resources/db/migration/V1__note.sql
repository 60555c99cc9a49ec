create table note (id bigserial primary key, body text not null);
create table debit (id int);
create table credit (id int);
create table counter (id int primary key, n int not null);
insert into counter select g, 0 from generate_series(1, 8) g;
create table only_once (id int primary key);
create table stock (product bigint primary key, pieces int not null);
insert into stock select g, 100 from generate_series(1, 2) g;
