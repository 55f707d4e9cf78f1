-- What is still to be sealed is found without reading what was.

create index events_unsealed on events (id) where sequence is null;
