SELECT
    each.channel AS channel,
    each.arrivals AS arrivals,
    each.out_of_hours AS "out of hours",
    each.out_of_hours_share AS share,
    each.unanswered_share AS unanswered,
    earlier.came_back_share AS "came back, a week before",
    earlier.unanswered - earlier.pending AS "of unanswered"
FROM v_out_of_hours_by({cut:channel}, {period}) AS each
-- Whether somebody came back is known after 7 days.
LEFT JOIN v_out_of_hours_by({cut:channel}, since = {since} - INTERVAL 7 DAY, until = {until} - INTERVAL 7 DAY) AS earlier ON each.channel = earlier.channel
ORDER BY "out of hours" DESC
