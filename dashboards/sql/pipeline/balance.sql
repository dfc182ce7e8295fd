SELECT
    sum(holes) AS missing,
    sum(doubles) AS "twice",
    sum(consumed) AS "messages read"
FROM v_ledger
HAVING count() > 0
