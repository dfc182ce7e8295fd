-- How often do solved tickets come back, about which topic?
-- v_conversations has a row for each; `reopened` says how often. v_resolutions_by does the same along dimensions.
SELECT topic, countIf(first_solved_at IS NOT NULL) AS solved,
    countIf(reopened > 0 AND first_solved_at IS NOT NULL) AS reopened_tickets,
    round(100 * reopened_tickets / nullIf(solved, 0), 1) AS percent
FROM v_conversations
WHERE kind = 'ticket' AND opened_at >= '2025-10-13' AND opened_at < '2025-10-27' AND NOT automated
GROUP BY topic
ORDER BY percent DESC, topic
