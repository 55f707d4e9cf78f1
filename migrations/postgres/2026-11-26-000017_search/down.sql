alter table users drop column search_text;
alter table units drop column search_text;
alter table projects drop column search_text;
