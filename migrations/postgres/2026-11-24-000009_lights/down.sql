drop table light_overrides;
drop table light_rules;
