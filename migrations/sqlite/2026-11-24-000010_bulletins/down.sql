drop table bulletins;
