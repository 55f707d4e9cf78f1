drop table external_ids;
