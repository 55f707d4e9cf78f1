drop table restatements;
