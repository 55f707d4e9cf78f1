-- Ids of projects in other systems. A system gives an id to one project; a project may have several.

create table project_external_ids (
    id          integer primary key autoincrement not null,
    project_id  bigint not null constraint project_external_ids_project_fk references projects (id),
    system      text not null,
    value       text not null,
    search_text text not null,
    constraint project_external_ids_taken unique (system, value)
);
create index project_external_ids_project on project_external_ids (project_id);
