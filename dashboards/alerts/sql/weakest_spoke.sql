-- How far the weakest spoke of this week lies below its own of the week before; 0 for every other spoke.
SELECT
    now.channel AS channel,
    if(now.spoke = min(now.spoke) OVER (), before.spoke - now.spoke, 0) AS value,
    now.spoke AS spoke,
    before.spoke AS before
FROM v_wheel(since = $__fromTime_ms, until = $__toTime_ms) AS now
LEFT JOIN v_wheel(since = $__fromTime_ms - INTERVAL 7 DAY, until = $__fromTime_ms) AS before ON before.channel = now.channel
