-- From where to where customers go within a session, for a Sankey diagram. Every session begins at (start) and ends at (exit).
CREATE OR REPLACE VIEW v_transitions {on_cluster}
(
    day             Date                   COMMENT 'Day the session closed, UTC',
    from_touchpoint LowCardinality(String) COMMENT 'Touchpoint left, or (start)',
    to_touchpoint   LowCardinality(String) COMMENT 'Touchpoint that came next, the same one when it was repeated, or (exit)',
    sessions        UInt64                 COMMENT 'Closed sessions that went this way',
    n               UInt64                 COMMENT 'How often they did'
)
AS WITH
    hops AS
    (
        SELECT
            toDate(closed_at) AS day,
            arrayZip(arrayPushFront(steps, '(start)'), arrayPushBack(steps, '(exit)')) AS way,
            arrayJoin(arrayDistinct(way)) AS hop
        FROM sessions FINAL
        WHERE NOT automated AND notEmpty(steps)
    )
SELECT
    day,
    hop.1 AS from_touchpoint,
    hop.2 AS to_touchpoint,
    count() AS sessions,
    sum(countEqual(way, hop)) AS n
FROM hops
GROUP BY day, from_touchpoint, to_touchpoint
COMMENT 'Steps from touchpoint to touchpoint within sessions, with start and exit, per day'
