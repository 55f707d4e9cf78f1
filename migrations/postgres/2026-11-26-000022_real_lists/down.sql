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
alter table projects drop constraint projects_nature_known;
alter table projects add constraint projects_nature_known check (nature in ('new_construction', 'expansion', 'renovation', 'relocation', 'restoration', 'purchase'));
alter table projects drop constraint projects_total_not_negative;
alter table projects add constraint projects_total_positive check (total_fen > 0);
