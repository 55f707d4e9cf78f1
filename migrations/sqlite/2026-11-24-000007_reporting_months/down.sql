alter table monthly_reports drop column first_submitted_on;
drop table late_grants;
drop table reporting_months;
