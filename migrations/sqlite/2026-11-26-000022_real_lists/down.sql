-- Fails if a total is unknown or a nature is new: the release before could not read them.
alter table projects drop column contract_fen;
alter table projects drop column remarks;
alter table projects drop column phase;
alter table projects drop column package;
alter table projects drop column contractor;
alter table projects drop column location;
alter table projects drop column actual_start_precision;
alter table projects drop column planned_operation_precision;
alter table projects drop column planned_finish_precision;
alter table projects drop column planned_start_precision;
alter table projects add column nature_old text not null default 'new_construction'
    constraint projects_nature_known check (nature_old in ('new_construction', 'expansion', 'renovation', 'relocation', 'restoration', 'purchase'));
update projects set nature_old = nature;
alter table projects drop column nature;
alter table projects rename column nature_old to nature;
alter table projects add column total_old bigint not null default 1
    constraint projects_total_positive check (total_old > 0);
update projects set total_old = total_fen;
alter table projects drop column total_fen;
alter table projects rename column total_old to total_fen;
