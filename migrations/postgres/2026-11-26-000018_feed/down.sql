drop table feeds;
alter table events drop column subject_key;
alter table events drop column subject_version;
