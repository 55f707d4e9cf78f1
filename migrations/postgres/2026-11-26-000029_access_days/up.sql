-- The lines of a day are bound by a hash in one event once the day is over. Account and address stand in it as a
-- salted hash, so that they can be erased later.

alter table access_log add column salt text not null default '';
update access_log set salt = replace(gen_random_uuid()::text, '-', '');
