drop table report_issues;
drop table issue_units;
drop table issues;
