-- A bulletin is a month as it was published: the content is the text whose SHA-256 it carries, with the
-- hash of the bulletin before inside. It is inserted once and never changed.

create table bulletins (
    id              integer primary key autoincrement not null,
    month           text not null constraint bulletins_month_form check (length(month) = 7),
    content         text not null,
    sha256          text not null constraint bulletins_sha256_form check (length(sha256) = 64),
    previous_sha256 text constraint bulletins_previous_form check (length(previous_sha256) = 64),
    published_at    timestamp not null,
    published_by    text not null,
    constraint bulletins_month_taken unique (month),
    constraint bulletins_previous_taken unique (previous_sha256)
);
