-- Which stages send customers back: steps to an earlier stage within a session. Steps without a stage are passed over.
CREATE OR REPLACE VIEW v_back_steps {on_cluster}
(
    day        Date                   COMMENT 'Day the session closed, UTC',
    from_stage LowCardinality(String) COMMENT 'Stage left',
    to_stage   LowCardinality(String) COMMENT 'Earlier stage returned to',
    n          UInt64                 COMMENT 'How often',
    sessions   UInt64                 COMMENT 'Closed sessions in which it happened'
)
AS WITH
    (SELECT (groupArray(stage), groupArray(stage_order)) FROM v_stages) AS order_of,
    hops AS
    (
        SELECT
            toDate(closed_at) AS day,
            arrayFilter(stage -> stage != '', stages) AS known,
            arrayFilter(
                hop -> indexOf(order_of.1, hop.1) > indexOf(order_of.1, hop.2),
                arrayZip(arrayPopBack(known), arrayPopFront(known))
            ) AS back,
            arrayJoin(arrayDistinct(back)) AS hop
        FROM sessions FINAL
        WHERE NOT automated AND back_steps > 0
    )
SELECT
    day,
    hop.1 AS from_stage,
    hop.2 AS to_stage,
    sum(countEqual(back, hop)) AS n,
    count() AS sessions
FROM hops
GROUP BY day, from_stage, to_stage
COMMENT 'Returns to an earlier stage within sessions, per day'
