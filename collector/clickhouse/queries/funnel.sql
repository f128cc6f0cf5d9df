-- How far sessions got, in this order and within two hours of the first step.
-- --param_from='2026-11-30 00:00:00' --param_to='2026-12-01 00:00:00'
WITH
    ['product.viewed', 'cart.item_added', 'checkout.started', 'order.paid'] AS steps,
    reached AS
    (
        SELECT windowFunnel(7200000000)(
            toUInt64(toUnixTimestamp64Micro(Timestamp)),
            EventName = steps[1],
            EventName = steps[2],
            EventName = steps[3],
            EventName = steps[4]) AS depth
        FROM otel_events.unique_events
        WHERE Timestamp >= {from:DateTime64(9)} AND Timestamp < {to:DateTime64(9)} AND SessionId != '' AND EventName IN steps
        GROUP BY SessionId
    )
SELECT
    step.1 AS Step,
    step.2 AS EventName,
    countIf(depth >= Step) AS Sessions,
    round(100 * Sessions / max(countIf(depth >= 1)) OVER (), 1) AS Percent
FROM reached
ARRAY JOIN arrayZip(arrayEnumerate(steps), steps) AS step
GROUP BY step
ORDER BY Step;
