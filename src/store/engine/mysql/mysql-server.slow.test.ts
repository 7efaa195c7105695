/** The store contract on a real MySQL: with its own settings, and with those that break programs. */
import { contractOn } from '../../testing/contract-under-test.ts'

/** What administrators set, each of which has broken somebody's program: none of them is ours to ask for. */
const awkwardSettings = [
  '--sql-mode=ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH',
  '--sql-require-primary-key=ON',
  '--gtid-mode=ON',
  '--enforce-gtid-consistency=ON',
  '--transaction-isolation=SERIALIZABLE',
  '--default-time-zone=+05:45',
  '--character-set-server=latin1',
  '--collation-server=latin1_swedish_ci',
  '--innodb-autoinc-lock-mode=0',
  '--auto-increment-increment=7',
  '--auto-increment-offset=3',
  '--autocommit=OFF',
  '--completion-type=CHAIN',
  '--local-infile=OFF',
  '--default-storage-engine=MyISAM',
  '--event-scheduler=OFF',
]

contractOn('MySQL 9.7 through mysql2', 'mysql', 'auto')
contractOn('MySQL 9.7 with unusual settings, a block of three readings', 'mysql', 'auto', {
  blockRows: 3,
  settings: awkwardSettings,
})
