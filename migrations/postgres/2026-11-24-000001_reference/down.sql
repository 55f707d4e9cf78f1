drop table units;
drop table areas;
drop table industries;
