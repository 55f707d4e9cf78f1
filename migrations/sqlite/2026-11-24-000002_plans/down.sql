drop table targets;
drop table measure_units;
drop table measures;
drop table industry_targets;
drop table envelopes;
drop table plans;
