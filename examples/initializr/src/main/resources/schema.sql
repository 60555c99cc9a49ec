create table if not exists book (
    id     bigint generated always as identity primary key,
    title  text not null,
    copies integer not null check (copies >= 0)
);
