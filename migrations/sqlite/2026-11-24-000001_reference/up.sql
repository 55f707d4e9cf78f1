-- Reference data: the industry tree, reporting areas, responsible units.
-- Industries are a tree because a line such as 新能源新材料 has one target and two envelopes.

create table industries (
    id         integer primary key autoincrement not null,
    code       text not null constraint industries_code_taken unique,
    name       text not null,
    name_en    text not null,
    group_code text not null constraint industries_group_known check (group_code in ('emerging', 'traditional')),
    parent_id  bigint constraint industries_parent_fk references industries (id),
    position   integer not null,
    version    bigint not null default 1
);
create index industries_parent on industries (parent_id);

create table areas (
    id            integer primary key autoincrement not null,
    code          text not null constraint areas_code_taken unique,
    name          text not null,
    kind          text not null constraint areas_kind_known check (kind in ('county', 'zone')),
    division_code text,
    note          text not null default '',
    position      integer not null,
    version       bigint not null default 1
);

create table units (
    id                 integer primary key autoincrement not null,
    name               text not null constraint units_name_taken unique,
    kind               text not null constraint units_kind_known
        check (kind in ('government', 'zone', 'enterprise', 'institution', 'collective')),
    credit_code        text constraint units_credit_code_taken unique,
    credit_code_reason text not null default '',
    area_id            bigint constraint units_area_fk references areas (id),
    version            bigint not null default 1
);
create index units_area on units (area_id);
