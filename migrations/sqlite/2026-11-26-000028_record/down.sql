drop table event_private;
alter table events drop column text;
