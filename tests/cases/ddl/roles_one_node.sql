CREATE USER IF NOT EXISTS `touchstream_views` NOT IDENTIFIED HOST NONE;

GRANT
    SELECT ON `touchstream`.*
TO `touchstream_views` WITH REPLACE OPTION;

CREATE ROLE IF NOT EXISTS `touchstream_writer`;

CREATE ROLE IF NOT EXISTS `touchstream_reader`;

CREATE ROLE IF NOT EXISTS `touchstream_analyst`;

CREATE ROLE IF NOT EXISTS `touchstream_grafana`;

CREATE ROLE IF NOT EXISTS `touchstream_admin`;

GRANT
    INSERT ON `touchstream`.alerts,
    INSERT ON `touchstream`.answers,
    INSERT ON `touchstream`.calendar_days,
    INSERT ON `touchstream`.cases,
    INSERT ON `touchstream`.causes_covered,
    INSERT ON `touchstream`.conversations,
    INSERT ON `touchstream`.dead_letters,
    INSERT ON `touchstream`.definitions,
    INSERT ON `touchstream`.funnels,
    INSERT, SELECT(source_partition) ON `touchstream`.interactions,
    INSERT ON `touchstream`.letter_replays,
    INSERT ON `touchstream`.retention,
    INSERT ON `touchstream`.rolling_metrics,
    INSERT ON `touchstream`.sessions,
    INSERT ON `touchstream`.settings,
    INSERT ON `touchstream`.skipped,
    INSERT ON `touchstream`.touchpoint_channels,
    INSERT ON `touchstream`.touchpoints,
    INSERT ON `touchstream`.waits
TO `touchstream_writer` WITH REPLACE OPTION;

GRANT
    SELECT ON `touchstream`.v_alerts,
    SELECT(event_id, kind, occurred_at, received_at, sent_at, journey_id, touchpoint, channel, stage, segment, variant, source, actor, metric, score, scale, polarity, score10, nps_class, satisfied, easy, occasion, sentiment, survey_id, submission_id, conversation_id, reasons, causes, emotion, emotion_source, emotion_confidence, automated, clamped, very_late, unknown_fields, source_partition, source_offset, lateness_ms) ON `touchstream`.v_answers,
    SELECT ON `touchstream`.v_answers_after_waits,
    SELECT(event_id, submission_id, kind, occurred_at, said_at, received_at, journey_id, touchpoint, channel, occasion, metric, score10, nps_class, satisfied, sentiment, survey_id, conversation_id, causes, handling, compensation) ON `touchstream`.v_answers_as_edited,
    SELECT ON `touchstream`.v_answers_as_known,
    SELECT ON `touchstream`.v_at_risk,
    SELECT ON `touchstream`.v_attention,
    SELECT ON `touchstream`.v_back_steps,
    SELECT ON `touchstream`.v_backlog,
    SELECT ON `touchstream`.v_bad_experiences,
    SELECT ON `touchstream`.v_business_time,
    SELECT ON `touchstream`.v_calendar_days,
    SELECT ON `touchstream`.v_calls_by,
    SELECT ON `touchstream`.v_cart_abandonment,
    SELECT ON `touchstream`.v_carts,
    SELECT ON `touchstream`.v_cases,
    SELECT(cause, occurred_at, received_at, journey_id, touchpoint, channel, event_id, handling, compensation) ON `touchstream`.v_cause_mentions,
    SELECT ON `touchstream`.v_causes,
    SELECT(conversation_id, journey_id, kind, touchpoint, channel, stage, topic, opened_at, opened_by_customer, first_reply_at, first_solved_at, last_solved_at, reopened, customer_messages, human_replies, bot_replies, due_at, outcome, ended_at, automated, segment, variant, source, first_reply_ms, first_resolution_ms, resolution_ms, due_met) ON `touchstream`.v_conversations,
    SELECT ON `touchstream`.v_counted_answers,
    SELECT ON `touchstream`.v_cut,
    SELECT(topic, partition, offset, received_at, reason, value_bytes, attempts, replayed_at) ON `touchstream`.v_dead_letters,
    SELECT ON `touchstream`.v_definitions,
    SELECT ON `touchstream`.v_dwell,
    SELECT ON `touchstream`.v_emotions_by,
    SELECT ON `touchstream`.v_entries,
    SELECT ON `touchstream`.v_exit_rates,
    SELECT ON `touchstream`.v_experiments,
    SELECT ON `touchstream`.v_first_contact_resolution_by,
    SELECT ON `touchstream`.v_funnel_journeys,
    SELECT ON `touchstream`.v_funnel_steps,
    SELECT ON `touchstream`.v_funnels,
    SELECT ON `touchstream`.v_hours_of_week,
    SELECT(day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source, conversation_id, journey_id, kind, about, first_solved_at, reopened, first_resolution_ms, resolution_ms) ON `touchstream`.v_human_conversations,
    SELECT(day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source, wait_id, conversation_id, conversation_kind, journey_id, position, asked_at, handoff_at, ended_at, outcome, waited_ms, handoff_waited_ms, business_ms, calendar, due_at, breached, skewed, asked_on_channel) ON `touchstream`.v_human_waits,
    SELECT ON `touchstream`.v_in_time_by,
    SELECT(event_id, type, action, occurred_at, received_at, sent_at, journey_id, touchpoint, channel, stage, segment, variant, source, actor, conversation_id, amount, currency, automated, clamped, very_late, unknown_fields, source_partition, source_offset, lateness_ms) ON `touchstream`.v_interactions,
    SELECT(at, kind, what, touchpoint, channel, actor, detail, id) ON `touchstream`.v_journey_timeline,
    SELECT(journey_id, began_at, last_at, steps, page_views, entry_touchpoint, last_touchpoint, furthest_stage, furthest_order, back_steps, succeeded_at, steps_to_complete, time_to_complete_ms, settled, pending, automated, segment, variant, source) ON `touchstream`.v_journeys,
    SELECT ON `touchstream`.v_known_then,
    SELECT ON `touchstream`.v_latency_bend,
    SELECT ON `touchstream`.v_lateness,
    SELECT ON `touchstream`.v_ledger,
    SELECT ON `touchstream`.v_loop,
    SELECT ON `touchstream`.v_lost_prospects,
    SELECT ON `touchstream`.v_moments_of_truth,
    SELECT ON `touchstream`.v_open_hours,
    SELECT ON `touchstream`.v_open_waits,
    SELECT ON `touchstream`.v_out_of_hours_by,
    SELECT ON `touchstream`.v_perception_gap,
    SELECT(journey_id) ON `touchstream`.v_recognised,
    SELECT ON `touchstream`.v_resolutions_by,
    SELECT ON `touchstream`.v_responses_by,
    SELECT ON `touchstream`.v_retention,
    SELECT ON `touchstream`.v_rolling,
    SELECT ON `touchstream`.v_satisfaction,
    SELECT ON `touchstream`.v_satisfaction_by,
    SELECT ON `touchstream`.v_satisfaction_by_wait,
    SELECT(session_id, journey_id, started_at, ended_at, closed_at, close_reason, events, page_views, steps, step_at, step_dwell_ms, channels, stages, entry_touchpoint, exit_touchpoint, exit_channel, bounced, succeeded, furthest_stage, back_steps, automated, segment, variant, source, length_ms, exit_stage) ON `touchstream`.v_sessions,
    SELECT ON `touchstream`.v_settings,
    SELECT ON `touchstream`.v_stage_dropoff,
    SELECT ON `touchstream`.v_stages,
    SELECT ON `touchstream`.v_steps_to_complete,
    SELECT ON `touchstream`.v_touchpoint_audit,
    SELECT ON `touchstream`.v_touchpoints,
    SELECT ON `touchstream`.v_transitions,
    SELECT ON `touchstream`.v_unanswered,
    SELECT ON `touchstream`.v_variant_outcomes,
    SELECT ON `touchstream`.v_volume,
    SELECT(wait_id, conversation_id, conversation_kind, journey_id, touchpoint, channel, stage, position, cycle, asked_at, handoff_at, ended_at, outcome, waited_ms, handoff_waited_ms, business_ms, calendar, target_ms, due_at, target_clock, breached, skewed, automated, segment, variant, source, within_target, target_used) ON `touchstream`.v_waits,
    SELECT ON `touchstream`.v_wheel,
    SELECT ON `touchstream`.v_wheel_balance,
    SELECT ON `touchstream`.v_wheel_change,
    SELECT ON `touchstream`.causes_covered,
    SELECT ON `touchstream`.touchpoints,
    SELECT ON `touchstream`.funnels,
    SELECT ON `touchstream`.calendar_days,
    SELECT ON `touchstream`.touchpoint_channels,
    SELECT ON `touchstream`.settings,
    SELECT ON `touchstream`.retention,
    SELECT ON `touchstream`.definitions
TO `touchstream_reader` WITH REPLACE OPTION;

GRANT
    SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, SHOW ON `touchstream`.*,
    SELECT ON system.parts,
    TABLE ENGINE ON ReplacingMergeTree,
    TABLE ENGINE ON ReplicatedReplacingMergeTree,
    TABLE ENGINE ON Distributed,
    SET DEFINER ON `touchstream_views`
TO `touchstream_admin` WITH REPLACE OPTION;

GRANT `touchstream_reader` TO `touchstream_analyst`;

GRANT `touchstream_reader` TO `touchstream_grafana`;

CREATE SETTINGS PROFILE OR REPLACE `touchstream_analyst`
SETTINGS readonly = 1,
    max_execution_time = 60 MIN 1 MAX 60 CHANGEABLE_IN_READONLY,
    max_result_rows = 1000000,
    result_overflow_mode = 'throw',
    max_rows_to_read = 2000000000,
    max_memory_usage = 8589934592,
    session_timezone = 'UTC'
TO `touchstream_analyst`;

CREATE QUOTA OR REPLACE `touchstream_analyst`
KEYED BY user_name
FOR INTERVAL 1 hour MAX queries = 2000, execution_time = 7200
TO `touchstream_analyst`;

CREATE SETTINGS PROFILE OR REPLACE `touchstream_grafana`
SETTINGS readonly = 1,
    max_execution_time = 75 MIN 1 MAX 75 CHANGEABLE_IN_READONLY,
    max_result_rows = 100000,
    result_overflow_mode = 'throw',
    max_rows_to_read = 2000000000,
    max_memory_usage = 8589934592,
    session_timezone = 'UTC'
TO `touchstream_grafana`;

CREATE QUOTA OR REPLACE `touchstream_grafana`
KEYED BY user_name
FOR INTERVAL 1 hour MAX queries = 100000, execution_time = 72000
TO `touchstream_grafana`;

