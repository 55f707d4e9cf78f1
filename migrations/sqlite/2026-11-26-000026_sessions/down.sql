alter table sessions drop column network;
alter table sessions drop column last_used_at;
