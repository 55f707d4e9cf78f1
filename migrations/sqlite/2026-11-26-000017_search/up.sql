-- What a search looks for: the searchable fields of a row, folded (NFKC, case) and separated by line
-- breaks. SQL cannot fold them: the program fills the empty ones after it has migrated.

alter table projects add column search_text text not null default '';
alter table units add column search_text text not null default '';
alter table users add column search_text text not null default '';
