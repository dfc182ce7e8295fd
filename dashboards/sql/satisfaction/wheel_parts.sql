SELECT
    channel,
    concat(channel, ' (', toString(components), ' of 4 parts)') AS series,
    spoke,
    satisfaction,
    scored AS "n scores",
    ease,
    ces_answers AS "n CES",
    speed,
    decided_waits AS "n waits",
    completion,
    sessions AS "n sessions"
FROM v_wheel({period})
WHERE {only:channel}
ORDER BY spoke
