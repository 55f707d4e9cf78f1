-- When a session was last used, at most a minute old; null if it was not used since it was opened. And the network it was
-- opened from, without the last part of the address: enough to recognise one's own.

alter table sessions add column last_used_at timestamp;
alter table sessions add column network text not null default '';
