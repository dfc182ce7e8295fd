-- Partitions of which an offset is nowhere or in two places.
SELECT
    topic,
    countIf(NOT balanced) AS value,
    sum(ledger.holes) AS holes,
    sum(ledger.doubles) AS doubles
FROM v_ledger AS ledger
GROUP BY topic
