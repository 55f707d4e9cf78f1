drop table roll_over_lines;
drop table roll_overs;
