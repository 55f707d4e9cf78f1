drop table past_passwords;
