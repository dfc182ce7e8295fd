SELECT
    concat({channel}, ' (n ', toString(max(each.of_answers)), ')') AS series,
    sumIf(each.share, each.emotion = 'happy') AS happy,
    sumIf(each.share, each.emotion = 'neutral') AS neutral,
    sumIf(each.share, each.emotion = 'frustrated') AS frustrated,
    sumIf(each.share, each.emotion = 'angry') AS angry
FROM v_emotions_by({cut:channel}, {period}) AS each
GROUP BY each.channel
ORDER BY happy
