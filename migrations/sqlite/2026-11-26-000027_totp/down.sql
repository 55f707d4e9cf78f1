drop table recovery_codes;
drop table totp;
