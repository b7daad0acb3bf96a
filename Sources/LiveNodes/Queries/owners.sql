-- Roles, whether the acting role has what they own, whether it is at least their member, and whether they are superusers.
SELECT r.oid, r.rolname, coalesce(pg_catalog.pg_has_role(a.oid, r.oid, 'USAGE'), false),
       coalesce(pg_catalog.pg_has_role(a.oid, r.oid, 'MEMBER'), false), r.rolsuper
  FROM pg_catalog.pg_roles AS r
  LEFT JOIN pg_catalog.pg_roles AS a ON a.rolname = current_setting('polarity.role')::name;
