SELECT login.rolname,
       coalesce(pg_catalog.pg_has_role(login.oid, acting.oid, 'MEMBER'), false),
       pg_catalog.has_database_privilege(login.oid, pg_catalog.current_database(), 'CREATE'),
       login.rolsuper,
       (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::bigint
  FROM pg_catalog.pg_roles AS login
  LEFT JOIN pg_catalog.pg_roles AS acting ON acting.rolname = current_setting('polarity.role')::name
 WHERE login.rolname = session_user;
