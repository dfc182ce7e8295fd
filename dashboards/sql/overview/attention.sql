SELECT
    state,
    says AS "what is going on",
    area AS "where to look"
FROM v_attention(moment = {until})
ORDER BY indexOf(['act', 'watch', 'fine'], state), area, about
