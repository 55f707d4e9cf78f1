drop table monthly_reports;
