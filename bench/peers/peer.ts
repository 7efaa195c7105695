/**
 * A peer does the same job as we: lines of a serial port into a table. It is prepared once (what it needs is fetched into a cache outside
 * the repository), started on a line and a database, and read back in the end.
 */
import type { MeasuredProcess } from '../run/measured-process.ts'

export interface Database {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Job {
  /** The terminal to read. */
  readonly line: string
  readonly database: Database
  /** For files of its own; kept over a restart. */
  readonly dir: string
}

export interface Peer {
  readonly name: string
  /** For people: what it is and how it was written. */
  readonly about: string
  /** Resolves to versions, for the report; throws with the reason when the peer cannot be had. */
  prepare(): Promise<string>
  /** Resolves when it reads the line. */
  start(job: Job): Promise<MeasuredProcess>
  /** The process that writes to the database, where it is not the whole program: killed, it is started again by the program. */
  writerPid?(program: MeasuredProcess): number | undefined
  /** Rows of the table, as (sensor, seq). Created by the caller that needs it, before `start`. */
  readonly table: 'line' | 'reading'
}

/** The table of every peer except Baykeeper: what a beginner would write, and what SQLAlchemy makes of a simple model. */
export const lineTable = `CREATE TABLE IF NOT EXISTS line (
  id BIGINT NOT NULL AUTO_INCREMENT, sensor VARCHAR(32) NOT NULL, seq BIGINT NOT NULL, measured DATETIME NOT NULL,
  occupied TINYINT NOT NULL, arrived DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), PRIMARY KEY (id)
) ENGINE=InnoDB`
