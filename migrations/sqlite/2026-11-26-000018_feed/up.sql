-- An event says which version it left its record in and where the record is read, so that a mirror
-- need not ask. Events recorded earlier get the key of the address; the version they left is not known.

alter table events add column subject_version bigint;
alter table events add column subject_key text;

update events set subject_key = (select month from monthly_reports where monthly_reports.id = subject_id) where subject_kind = 'report';
update events set subject_key = (select month from restatements where restatements.id = subject_id) where subject_kind = 'restatement';
update events set subject_key = (select month from reporting_months where reporting_months.id = subject_id) where subject_kind = 'reporting_month';
update events set subject_key = (select month from bulletins where bulletins.id = subject_id) where subject_kind = 'bulletin';
update events set subject_key = (select cast(year as text) from year_plans where year_plans.id = subject_id) where subject_kind = 'year_plan';
update events set subject_key = (select cast(year as text) from plans where plans.id = subject_id) where subject_kind = 'plan';
update events set subject_key = (select cast(year as text) from roll_overs where roll_overs.id = subject_id) where subject_kind = 'roll_over';
update events set subject_key = (select cast(year as text) from light_rules where light_rules.id = subject_id) where subject_kind = 'light_rules';
update events set subject_key = (select code from areas where areas.id = subject_id) where subject_kind = 'area';
update events set subject_key = (select code from industries where industries.id = subject_id) where subject_kind = 'industry';

-- The id of the feed. It changes when a backup is restored: sequences after the backup are then given
-- a second time, to other events. `place` is where the database was when the id was chosen; empty
-- means that it is a copy, and that the next start chooses a new id.

create table feeds (
    id      bigint primary key not null constraint feeds_one check (id = 1),
    feed_id text not null,
    place   text not null
);
insert into feeds (id, feed_id, place) values (1, lower(hex(randomblob(16))), 'new');
