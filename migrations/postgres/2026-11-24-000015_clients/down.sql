drop table client_secrets;
drop table clients;
