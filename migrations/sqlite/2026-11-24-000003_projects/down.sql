drop table milestones;
drop table year_plan_versions;
drop table year_plans;
drop table project_units;
drop table projects;
