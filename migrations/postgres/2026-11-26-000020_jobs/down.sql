drop table job_progress;
drop table job_files;
drop table jobs;
