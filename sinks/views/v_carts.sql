-- Carts: from the first visit to one until a purchase or goal, or until nobody has touched it for
-- thresholds.cart_abandoned_after_ms. A journey may fill several. A purchase without a cart is none.
CREATE OR REPLACE VIEW v_carts {on_cluster}
(
    journey_id String                           COMMENT 'The journey',
    opened_at  DateTime64(3, 'UTC')             COMMENT 'First visit to the cart',
    touched_at DateTime64(3, 'UTC')             COMMENT 'Last visit to it',
    outcome    LowCardinality(String)           COMMENT 'bought, abandoned, or pending while it is young',
    bought_at  Nullable(DateTime64(3, 'UTC'))   COMMENT 'The purchase or goal; NULL without one',
    settled    Bool                             COMMENT 'Last visited so long ago that it would be abandoned by now: it may be judged',
    segment    LowCardinality(Nullable(String)) COMMENT 'Customer segment, as first said at the carts',
    variant    LowCardinality(Nullable(String)) COMMENT 'Experiment variant, as first said at the carts',
    source     LowCardinality(Nullable(String)) COMMENT 'Where the visit came from, as first said at the carts'
)
AS WITH
    (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.cart_abandoned_after_ms') AS after_ms,
    -- Time and place in the order of the streams as one number, see v_journeys.
    (moment -> toInt64(bitShiftRight(moment, 64))) AS ms_of,
    events AS
    (
        SELECT
            journey_id,
            bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(occurred_at)), 64), xxh3(event_id)) AS moment,
            type = 'purchase' OR touchpoint IN (SELECT touchpoint FROM touchpoints FINAL WHERE goal) AS success,
            segment,
            variant,
            source
        FROM interactions FINAL
        WHERE NOT automated AND (type = 'purchase' OR touchpoint IN (SELECT touchpoint FROM touchpoints FINAL WHERE goal OR cart))
            AND NOT (type IN ('call', 'ticket', 'message', 'proposal') AND actor IN ('bot', 'system')) -- no step of the customer, as in sessions
    ),
    gathered AS
    (
        SELECT
            journey_id,
            arraySort(groupArray((moment, success))) AS visits,
            -- A cart begins after a purchase and after a silence in which the one before was abandoned.
            arrayMap(
                (visit, before, place) -> place > 1 AND (before.2 OR ms_of(visit.1) - ms_of(before.1) > after_ms),
                visits, arrayPopBack(arrayPushFront(visits, visits[1])), arrayEnumerate(visits)
            ) AS anew,
            argMinIf(segment, moment, NOT success) AS segment,
            argMinIf(variant, moment, NOT success) AS variant,
            argMinIf(source, moment, NOT success) AS source
        FROM events
        GROUP BY journey_id
    ),
    carts AS
    (
        SELECT journey_id, segment, variant, source, arrayJoin(arraySplit((visit, new) -> new, visits, anew)) AS cart
        FROM gathered
    )
SELECT
    journey_id,
    fromUnixTimestamp64Milli(ms_of(cart[1].1), 'UTC') AS opened_at,
    fromUnixTimestamp64Milli(ms_of(arrayLast(visit -> NOT visit.2, cart).1), 'UTC') AS touched_at,
    multiIf(
        cart[-1].2, 'bought',
        toUnixTimestamp64Milli(now64(3)) - ms_of(cart[-1].1) > after_ms, 'abandoned',
        'pending'
    ) AS outcome,
    if(cart[-1].2, fromUnixTimestamp64Milli(ms_of(cart[-1].1), 'UTC'), NULL) AS bought_at,
    toUnixTimestamp64Milli(now64(3)) - toUnixTimestamp64Milli(touched_at) > after_ms AS settled,
    segment,
    variant,
    source
FROM carts
WHERE NOT cart[1].2
COMMENT 'Carts of customers: bought, abandoned or pending'
