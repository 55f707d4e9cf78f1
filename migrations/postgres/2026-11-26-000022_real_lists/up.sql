-- What real lists of projects hold: dates without a day, the place in words, contractor and contract
-- sum, package, phase and remarks.
-- A total investment of zero is an unknown one, allowed until construction begins. Nature may be 续建
-- or 改扩建. A date with the precision `month` or `year` is the first day of it for a start, and the
-- last day for a finish and for operation.

alter table projects drop constraint projects_total_positive;
alter table projects add constraint projects_total_not_negative check (total_fen >= 0);
alter table projects drop constraint projects_nature_known;
alter table projects add constraint projects_nature_known check (nature in ('new_construction', 'expansion', 'renovation', 'relocation', 'restoration', 'purchase', 'continuation', 'alteration_and_expansion'));
alter table projects add column planned_start_precision text not null default 'day'
    constraint projects_planned_start_precision_known check (planned_start_precision in ('day', 'month', 'year'));
alter table projects add column planned_finish_precision text not null default 'day'
    constraint projects_planned_finish_precision_known check (planned_finish_precision in ('day', 'month', 'year'));
alter table projects add column planned_operation_precision text not null default 'day'
    constraint projects_planned_operation_precision_known check (planned_operation_precision in ('day', 'month', 'year'));
alter table projects add column actual_start_precision text not null default 'day'
    constraint projects_actual_start_precision_known check (actual_start_precision in ('day', 'month', 'year'));
alter table projects add column location text not null default '';
alter table projects add column contractor text not null default '';
alter table projects add column package text not null default '';
alter table projects add column phase text not null default '';
alter table projects add column remarks text not null default '';
alter table projects add column contract_fen bigint
    constraint projects_contract_positive check (contract_fen > 0);
