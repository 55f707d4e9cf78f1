alter table access_log drop column salt;
