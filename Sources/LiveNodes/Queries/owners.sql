-- Roles, and whether the acting role has what they own.
SELECT r.oid, r.rolname,
       coalesce(pg_catalog.pg_has_role((SELECT a.oid FROM pg_catalog.pg_roles AS a
                                         WHERE a.rolname = current_setting('polarity.role')::name), r.oid, 'USAGE'),
                false)
  FROM pg_catalog.pg_roles AS r;
