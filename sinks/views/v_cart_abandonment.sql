-- Which share of carts nobody bought, among those old enough to judge: a purchase is seen at once, an abandoned cart later.
CREATE OR REPLACE VIEW v_cart_abandonment {on_cluster}
(
    day              Date                             COMMENT 'Day the cart was opened, UTC',
    segment          LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant          LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source           LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    carts            UInt64                           COMMENT 'Carts opened',
    bought           UInt64                           COMMENT 'Of them, bought',
    abandoned        UInt64                           COMMENT 'Of them, left for too long',
    pending          UInt64                           COMMENT 'Of them, too young to tell',
    settled          UInt64                           COMMENT 'Of the carts, old enough to judge, bought or abandoned',
    abandonment_rate Nullable(Float64)                COMMENT 'abandoned / settled'
)
AS SELECT
    toDate(opened_at) AS day,
    segment,
    variant,
    source,
    count() AS carts,
    countIf(outcome = 'bought') AS bought,
    countIf(outcome = 'abandoned') AS abandoned,
    countIf(outcome = 'pending') AS pending,
    countIf(cart.settled) AS settled,
    abandoned / nullIf(countIf(cart.settled), 0) AS abandonment_rate
FROM v_carts AS cart
GROUP BY day, segment, variant, source
COMMENT 'Carts bought and abandoned per day, segment, variant and source'
