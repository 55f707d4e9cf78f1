drop table proposals;
