drop index events_unsealed;
