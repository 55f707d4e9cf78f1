drop table event_private;
alter table events drop column refused;
alter table events drop column mac;
alter table events drop column text;
