drop table deliveries;
drop table webhook_secrets;
drop table webhooks;
