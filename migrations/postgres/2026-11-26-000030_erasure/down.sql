alter table access_log drop column private_sha256;
