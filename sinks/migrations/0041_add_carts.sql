-- Which touchpoints are carts: where a purchase begins that may be abandoned.
ALTER TABLE touchpoints {on_cluster}
    ADD COLUMN IF NOT EXISTS cart Bool COMMENT 'Reaching it begins a purchase, which may be abandoned' AFTER goal
