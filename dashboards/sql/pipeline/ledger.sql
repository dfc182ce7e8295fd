SELECT
    topic,
    partition,
    consumed,
    stored,
    duplicates,
    rekeyed,
    dead_letters AS "dead letters",
    returned,
    suppressed,
    orders,
    holes AS missing,
    doubles AS "twice",
    if(balanced, 'balanced', 'does not add up') AS state
FROM v_ledger
ORDER BY balanced, topic, partition
