-- What must go, goes: all rows of a user, copies too, out of the parts that ClickHouse reads. First what sends, and the files and queues
-- before it: `otel-events erase`. An id counts where its name says that it is a user's, beside other attributes or in a map one level down.
ALTER TABLE otel_events.events DELETE WHERE
    arrayExists(
        (name, value) ->
            (value = {user:String} AND match(name, '(?i)(^|\\.)(user[._]id|enduser[._]id|userid|enduserid|enduser\\.pseudo\\.id)$'))
            OR match(value, concat('(?i)"(user[._]id|enduser[._]id|userid|enduserid)":\\s*(?-i:', regexpQuoteMeta(toJSONString({user:String})), '|', regexpQuoteMeta({user:String}), ')\\s*[,}]'))
            OR match(value, concat('"(user|enduser)":\\s*\\{[^{}]*"id":\\s*(', regexpQuoteMeta(toJSONString({user:String})), '|', regexpQuoteMeta({user:String}), ')\\s*[,}]')),
        arrayConcat(mapKeys(LogAttributes), mapKeys(ResourceAttributes), mapKeys(ScopeAttributes)),
        arrayConcat(mapValues(LogAttributes), mapValues(ResourceAttributes), mapValues(ScopeAttributes))
    )
SETTINGS mutations_sync = 2;

-- All three are 0 when it is done. Parts from before lie on the disk until ClickHouse removes them, after eight minutes
-- (`old_parts_lifetime`); `frozen` ones and backups it leaves.
SELECT
    (SELECT count() FROM otel_events.events WHERE UserId = {user:String}) AS rows_left,
    (SELECT count() FROM system.mutations WHERE database = 'otel_events' AND table = 'events' AND NOT is_done) AS mutations_left,
    (SELECT count() FROM system.parts WHERE database = 'otel_events' AND table = 'events' AND NOT active) AS old_parts_left
