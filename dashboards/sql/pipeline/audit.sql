SELECT
    touchpoint,
    coalesce(owner, 'nobody') AS owner,
    events,
    last_seen_at AS "last seen",
    surveys,
    arrayStringConcat(arrayFilter(each -> each != '', [
        if(unregistered, 'not in the catalogue', ''),
        if(silent, 'silent', ''),
        if(never_surveyed, 'never surveyed', ''),
        if(without_owner, 'no owner', '')
    ]), ', ') AS remarks
FROM v_touchpoint_audit
WHERE unregistered OR silent OR never_surveyed OR without_owner
ORDER BY unregistered DESC, events DESC
