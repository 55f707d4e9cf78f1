drop table project_external_ids;
