SELECT
    each.channel AS channel,
    each.arrivals AS arrivals,
    each.out_of_hours AS "out of hours",
    each.out_of_hours_share AS share,
    each.unanswered_share AS unanswered,
    each.came_back_share AS "came back",
    each.unanswered - each.pending AS "n unanswered"
FROM v_out_of_hours_by({cut:channel}, {period}) AS each
ORDER BY "out of hours" DESC
