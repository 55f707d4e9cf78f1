//! Table definitions for Diesel; `tests/api/schema.rs` compares them with both databases.

diesel::table! {
    access_log (id) {
        id -> BigInt,
        minute -> Timestamp,
        kind -> Text,
        account_id -> Nullable<BigInt>,
        account -> Text,
        address -> Text,
        method -> Text,
        path -> Text,
        status -> Integer,
        code -> Text,
        row_count -> Nullable<BigInt>,
        times -> BigInt,
        last_at -> Timestamp,
        request_id -> Text,
        salt -> Text,
        private_sha256 -> Nullable<Text>,
    }
}

diesel::table! {
    areas (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        kind -> Text,
        division_code -> Nullable<Text>,
        note -> Text,
        position -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    bulletins (id) {
        id -> BigInt,
        month -> Text,
        content -> Text,
        sha256 -> Text,
        previous_sha256 -> Nullable<Text>,
        published_at -> Timestamp,
        published_by -> Text,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        message_id -> Text,
        sequence -> Nullable<BigInt>,
        kind -> Text,
        state -> Text,
        attempts -> Integer,
        tries -> Integer,
        next_attempt_at -> Nullable<Timestamp>,
        last_attempt_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
        response_status -> Nullable<Integer>,
        error -> Nullable<Text>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    envelopes (id) {
        id -> BigInt,
        plan_id -> BigInt,
        industry_id -> BigInt,
        project_count -> Integer,
        total_fen -> BigInt,
        annual_fen -> BigInt,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> BigInt,
        client -> BigInt,
        hint -> Text,
        hash -> Text,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    clients (id) {
        id -> BigInt,
        user_id -> BigInt,
        client_id -> Text,
        name -> Text,
        scopes -> Text,
        expires_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<BigInt>,
        actor_name -> Text,
        kind -> Text,
        subject_kind -> Text,
        subject_id -> BigInt,
        project_id -> Nullable<BigInt>,
        changes -> Text,
        request_id -> Text,
        origin -> Text,
        sequence -> Nullable<BigInt>,
        previous_hash -> Nullable<Text>,
        hash -> Nullable<Text>,
        subject_version -> Nullable<BigInt>,
        subject_key -> Nullable<Text>,
        text -> Nullable<Text>,
        mac -> Nullable<Text>,
        refused -> Bool,
    }
}

diesel::table! {
    event_private (id) {
        id -> BigInt,
        event_id -> BigInt,
        salt -> Text,
        text -> Text,
    }
}

diesel::table! {
    project_external_ids (id) {
        id -> BigInt,
        project_id -> BigInt,
        system -> Text,
        value -> Text,
        search_text -> Text,
    }
}

diesel::table! {
    feeds (id) {
        id -> BigInt,
        feed_id -> Text,
        place -> Text,
    }
}

diesel::table! {
    idempotency_keys (id) {
        id -> BigInt,
        user_id -> BigInt,
        method -> Text,
        path -> Text,
        key -> Text,
        body_sha256 -> Text,
        outcome -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    industries (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        name_en -> Text,
        group_code -> Text,
        parent_id -> Nullable<BigInt>,
        position -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    industry_targets (id) {
        id -> BigInt,
        plan_id -> BigInt,
        industry_id -> BigInt,
        value_added_fen -> Nullable<BigInt>,
        increase_fen -> Nullable<BigInt>,
        growth_min_hundredths -> Nullable<BigInt>,
        note -> Text,
    }
}

diesel::table! {
    issues (id) {
        id -> BigInt,
        project_id -> BigInt,
        title -> Text,
        category -> Text,
        level -> Text,
        asked -> Text,
        due_on -> Date,
        state -> Text,
        raised_on -> Date,
        raised_by -> Text,
        raised_by_unit -> Nullable<BigInt>,
        cleared_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    issue_units (id) {
        id -> BigInt,
        issue_id -> BigInt,
        unit_id -> BigInt,
        position -> Integer,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        state -> Text,
        parameters -> Text,
        language -> Text,
        user_id -> BigInt,
        session_id -> BigInt,
        client -> Nullable<BigInt>,
        scopes -> Nullable<Text>,
        actor_name -> Text,
        request_id -> Text,
        origin -> Text,
        total_rows -> Nullable<Integer>,
        judged_rows -> Integer,
        written_rows -> Integer,
        status -> Nullable<Integer>,
        answer -> Nullable<Text>,
        attempts -> Integer,
        leased_by -> Nullable<Text>,
        created_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    job_progress (id) {
        id -> BigInt,
        job_id -> BigInt,
        total_rows -> Nullable<Integer>,
        judged_rows -> Integer,
        leased_until -> Timestamp,
    }
}

diesel::table! {
    job_files (id) {
        id -> BigInt,
        job_id -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    report_issues (id) {
        id -> BigInt,
        report_id -> BigInt,
        issue_id -> BigInt,
    }
}

diesel::table! {
    late_grants (id) {
        id -> BigInt,
        reporting_month_id -> BigInt,
        unit_id -> BigInt,
        until -> Timestamp,
        reason -> Text,
        granted_at -> Timestamp,
        granted_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    light_overrides (id) {
        id -> BigInt,
        project_id -> BigInt,
        light -> Text,
        reason -> Text,
        from_month -> Text,
        expires_on -> Date,
        created_at -> Timestamp,
        created_by -> Text,
        withdrawn_at -> Nullable<Timestamp>,
        ends_after -> Nullable<Text>,
    }
}

diesel::table! {
    light_rules (id) {
        id -> BigInt,
        year -> Integer,
        number -> Integer,
        effective_month -> Text,
        green_from_hundredths -> BigInt,
        yellow_from_hundredths -> BigInt,
        start_yellow_months -> Integer,
        start_red_months -> Integer,
        milestone_yellow_days -> Integer,
        milestone_red_days -> Integer,
        reporting_yellow_missing -> Integer,
        reporting_red_missing -> Integer,
        reason -> Text,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    restatements (id) {
        id -> BigInt,
        project_id -> BigInt,
        month -> Text,
        amount_fen -> BigInt,
        reason -> Text,
        approver -> Text,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    reporting_months (id) {
        id -> BigInt,
        month -> Text,
        opens_on -> Date,
        due_on -> Date,
        state -> Text,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    measure_units (id) {
        id -> BigInt,
        measure_id -> BigInt,
        position -> Integer,
        unit_id -> BigInt,
    }
}

diesel::table! {
    measures (id) {
        id -> BigInt,
        plan_id -> BigInt,
        number -> Integer,
        section -> Text,
        section_title -> Text,
        title -> Text,
        units_as_written -> Text,
    }
}

diesel::table! {
    milestones (id) {
        id -> BigInt,
        project_id -> BigInt,
        code -> Text,
        name -> Text,
        class -> Text,
        position -> Integer,
        baseline_date -> Date,
        forecast_date -> Nullable<Date>,
        forecast_reason -> Text,
        actual_date -> Nullable<Date>,
        weight -> Integer,
        document_number -> Text,
        evidence -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    monthly_reports (id) {
        id -> BigInt,
        project_id -> BigInt,
        month -> Text,
        state -> Text,
        completed_fen -> BigInt,
        physical_hundredths -> Nullable<BigInt>,
        progress -> Text,
        zero_reason -> Text,
        full_year_forecast_fen -> Nullable<BigInt>,
        funds_received_fen -> Nullable<BigInt>,
        funds_paid_fen -> Nullable<BigInt>,
        return_reason -> Text,
        warnings -> Text,
        submitted_at -> Nullable<Timestamp>,
        submitted_by -> Nullable<BigInt>,
        first_submitted_on -> Nullable<Date>,
        confirmed_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    past_passwords (id) {
        id -> BigInt,
        user_id -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    plans (id) {
        id -> BigInt,
        year -> Integer,
        title -> Text,
        issuer -> Text,
        issued_on -> Date,
        document_number -> Nullable<Text>,
        source_sha256 -> Nullable<Text>,
        synthetic -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    project_units (id) {
        id -> BigInt,
        project_id -> BigInt,
        unit_id -> BigInt,
        role -> Text,
        contact -> Text,
        phone -> Text,
        position -> Integer,
    }
}

diesel::table! {
    projects (id) {
        id -> BigInt,
        code -> Nullable<Text>,
        code_reason -> Text,
        name -> Text,
        content -> Text,
        industry_id -> BigInt,
        area_id -> BigInt,
        stage -> Text,
        nature -> Text,
        total_fen -> BigInt,
        invested_before_fen -> BigInt,
        planned_start -> Nullable<Date>,
        planned_finish -> Nullable<Date>,
        planned_operation -> Nullable<Date>,
        actual_start -> Nullable<Date>,
        actual_finish -> Nullable<Date>,
        actual_operation -> Nullable<Date>,
        leader -> Text,
        longitude_e6 -> Nullable<BigInt>,
        latitude_e6 -> Nullable<BigInt>,
        visibility -> Text,
        registered_year -> Integer,
        ended_on -> Nullable<Date>,
        synthetic -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        search_text -> Text,
        planned_start_precision -> Text,
        planned_finish_precision -> Text,
        planned_operation_precision -> Text,
        actual_start_precision -> Text,
        location -> Text,
        contractor -> Text,
        package -> Text,
        phase -> Text,
        remarks -> Text,
        contract_fen -> Nullable<BigInt>,
    }
}

diesel::table! {
    proposals (id) {
        id -> BigInt,
        kind -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<BigInt>,
        subject_version -> Nullable<BigInt>,
        input -> Text,
        effects -> Text,
        state -> Text,
        proposed_by -> BigInt,
        proposed_at -> Timestamp,
        decided_by -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        reason -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> BigInt,
        user_id -> BigInt,
        hash -> Text,
    }
}
diesel::table! {
    refresh_tokens (id) {
        id -> BigInt,
        session_id -> BigInt,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    roll_over_lines (id) {
        id -> BigInt,
        roll_over_id -> BigInt,
        project_id -> BigInt,
        remaining_fen -> BigInt,
        carried_fen -> BigInt,
        annual_fen -> BigInt,
        included -> Bool,
        note -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    roll_overs (id) {
        id -> BigInt,
        year -> Integer,
        through -> Text,
        state -> Text,
        document_number -> Text,
        proposed_at -> Timestamp,
        proposed_by -> Text,
        confirmed_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        user_id -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        end_reason -> Text,
        last_used_at -> Nullable<Timestamp>,
        network -> Text,
    }
}

diesel::table! {
    targets (id) {
        id -> BigInt,
        plan_id -> BigInt,
        position -> Integer,
        scope -> Text,
        industry_id -> Nullable<BigInt>,
        measure_id -> Nullable<BigInt>,
        indicator -> Text,
        operator -> Text,
        value -> Text,
        unit -> Text,
        deadline -> Nullable<Date>,
        as_written -> Text,
        note -> Text,
    }
}

diesel::table! {
    totp (id) {
        id -> BigInt,
        user_id -> BigInt,
        salt -> Text,
        created_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        last_step -> BigInt,
    }
}
diesel::table! {
    units (id) {
        id -> BigInt,
        name -> Text,
        kind -> Text,
        credit_code -> Nullable<Text>,
        credit_code_reason -> Text,
        area_id -> Nullable<BigInt>,
        version -> BigInt,
        search_text -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        display_name -> Text,
        role -> Text,
        unit_id -> Nullable<BigInt>,
        area_id -> Nullable<BigInt>,
        password_hash -> Text,
        must_change_password -> Bool,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
        search_text -> Text,
    }
}

diesel::table! {
    webhook_secrets (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        salt -> Text,
        fingerprint -> Text,
        hint -> Text,
        created_at -> Timestamp,
        ends_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        user_id -> BigInt,
        url -> Text,
        kinds -> Text,
        project_id -> Nullable<BigInt>,
        disabled_at -> Nullable<Timestamp>,
        disabled_because -> Nullable<Text>,
        after_sequence -> BigInt,
        leased_by -> Nullable<Text>,
        leased_until -> Timestamp,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    year_plan_versions (id) {
        id -> BigInt,
        year_plan_id -> BigInt,
        number -> Integer,
        kind -> Text,
        effective_month -> Text,
        annual_fen -> BigInt,
        month_01_fen -> BigInt,
        month_02_fen -> BigInt,
        month_03_fen -> BigInt,
        month_04_fen -> BigInt,
        month_05_fen -> BigInt,
        month_06_fen -> BigInt,
        month_07_fen -> BigInt,
        month_08_fen -> BigInt,
        month_09_fen -> BigInt,
        month_10_fen -> BigInt,
        month_11_fen -> BigInt,
        month_12_fen -> BigInt,
        goal -> Text,
        document_number -> Text,
        reason -> Text,
        created_at -> Timestamp,
        created_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    year_plans (id) {
        id -> BigInt,
        project_id -> BigInt,
        year -> Integer,
        current_number -> Integer,
        version -> BigInt,
    }
}

diesel::joinable!(deliveries -> webhooks (webhook_id));
diesel::joinable!(envelopes -> industries (industry_id));
diesel::joinable!(envelopes -> plans (plan_id));
diesel::joinable!(event_private -> events (event_id));
diesel::joinable!(events -> projects (project_id));
diesel::joinable!(client_secrets -> clients (client));
diesel::joinable!(clients -> users (user_id));
diesel::joinable!(project_external_ids -> projects (project_id));
diesel::joinable!(idempotency_keys -> users (user_id));
diesel::joinable!(industry_targets -> industries (industry_id));
diesel::joinable!(industry_targets -> plans (plan_id));
diesel::joinable!(issue_units -> issues (issue_id));
diesel::joinable!(issue_units -> units (unit_id));
diesel::joinable!(issues -> projects (project_id));
diesel::joinable!(late_grants -> reporting_months (reporting_month_id));
diesel::joinable!(late_grants -> units (unit_id));
diesel::joinable!(light_overrides -> projects (project_id));
diesel::joinable!(measure_units -> measures (measure_id));
diesel::joinable!(measure_units -> units (unit_id));
diesel::joinable!(measures -> plans (plan_id));
diesel::joinable!(milestones -> projects (project_id));
diesel::joinable!(monthly_reports -> projects (project_id));
diesel::joinable!(project_units -> projects (project_id));
diesel::joinable!(project_units -> units (unit_id));
diesel::joinable!(projects -> areas (area_id));
diesel::joinable!(projects -> industries (industry_id));
diesel::joinable!(past_passwords -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(job_files -> jobs (job_id));
diesel::joinable!(job_progress -> jobs (job_id));
diesel::joinable!(jobs -> users (user_id));
diesel::joinable!(report_issues -> issues (issue_id));
diesel::joinable!(report_issues -> monthly_reports (report_id));
diesel::joinable!(restatements -> projects (project_id));
diesel::joinable!(roll_over_lines -> projects (project_id));
diesel::joinable!(roll_over_lines -> roll_overs (roll_over_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(targets -> industries (industry_id));
diesel::joinable!(targets -> measures (measure_id));
diesel::joinable!(targets -> plans (plan_id));
diesel::joinable!(units -> areas (area_id));
diesel::joinable!(users -> areas (area_id));
diesel::joinable!(users -> units (unit_id));
diesel::joinable!(webhook_secrets -> webhooks (webhook_id));
diesel::joinable!(webhooks -> projects (project_id));
diesel::joinable!(webhooks -> users (user_id));
diesel::joinable!(year_plan_versions -> year_plans (year_plan_id));
diesel::joinable!(year_plans -> projects (project_id));

diesel::allow_tables_to_appear_in_same_query!(
    areas,
    bulletins,
    client_secrets,
    clients,
    deliveries,
    envelopes,
    event_private,
    events,
    project_external_ids,
    idempotency_keys,
    industries,
    industry_targets,
    issue_units,
    issues,
    job_files,
    job_progress,
    jobs,
    late_grants,
    light_overrides,
    light_rules,
    measure_units,
    measures,
    milestones,
    monthly_reports,
    past_passwords,
    plans,
    project_units,
    projects,
    proposals,
    report_issues,
    reporting_months,
    restatements,
    refresh_tokens,
    roll_over_lines,
    roll_overs,
    sessions,
    targets,
    units,
    users,
    webhook_secrets,
    webhooks,
    year_plan_versions,
    year_plans,
);
