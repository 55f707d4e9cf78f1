-- A line of the access log whose account and address were erased keeps the hash of them, which stands in the hash of
-- its day.

alter table access_log add column private_sha256 text;
