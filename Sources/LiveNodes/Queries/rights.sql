-- What the login role may do, and what is known of the acting one. Since PostgreSQL 16 a member may be kept from SET ROLE.
-- Functions that PUBLIC may execute unless someone took that away are listed where they are missing.
SELECT login.rolname,
       coalesce(pg_catalog.pg_has_role(login.oid, acting.oid,
                                       CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER'
                                            ELSE 'SET' END), false),
       pg_catalog.has_database_privilege(login.oid, pg_catalog.current_database(), 'CREATE'),
       (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::bigint,
       acting.oid IS NOT NULL,
       coalesce(acting.rolinherit, true),
       coalesce((SELECT pg_catalog.has_language_privilege(login.oid, l.oid, 'USAGE')
                   FROM pg_catalog.pg_language AS l WHERE l.lanname = 'plpgsql'), true),
       pg_catalog.array_to_string(ARRAY(
           SELECT f.signature
             FROM unnest(ARRAY['pg_advisory_xact_lock_shared(bigint)', 'pg_logical_emit_message(boolean,text,text)',
                               'pg_logical_emit_message(boolean,text,text,boolean)',
                               'pg_try_advisory_xact_lock(bigint)', 'pg_try_advisory_xact_lock_shared(bigint)']
                         || CASE WHEN current_setting('polarity.engine_schema') = 'polarity'
                                 THEN ARRAY['pg_advisory_xact_lock(integer,integer)'] END) AS f (signature)
            WHERE NOT pg_catalog.has_function_privilege(
                          login.oid, pg_catalog.to_regprocedure('pg_catalog.' || f.signature), 'EXECUTE')
            ORDER BY f.signature), pg_catalog.chr(31))
  FROM pg_catalog.pg_roles AS login
  LEFT JOIN pg_catalog.pg_roles AS acting ON acting.rolname = current_setting('polarity.role')::name
 WHERE login.rolname = session_user;
