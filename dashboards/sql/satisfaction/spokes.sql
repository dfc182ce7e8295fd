SELECT
    concat(channel, ' (', toString(components), ' of 4 parts)') AS series,
    spoke
FROM v_wheel({period})
WHERE {only:channel}
ORDER BY spoke
