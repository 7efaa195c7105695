import { contractOn } from '../../testing/contract-under-test.ts'

contractOn('MariaDB 11.8 through mariadb, bulk protocol', 'mariadb-11', 'auto')
