import { contractOn } from './contract-under-test.ts'

contractOn('MariaDB 11.8 through mariadb, bulk protocol', 'mariadb-11', 'auto')
