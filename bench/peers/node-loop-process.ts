/** The synchronous loop in Node, written fairly: prepared insert a line, nothing read while one is under way but what streams buffer. */
import { constants, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ReadStream } from 'node:tty'
import mariadb, { type Connection } from 'mariadb'
import { crc16 } from '../../src/codecs/generic/line-checksum.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { Job } from './peer.ts'

const { line, database } = JSON.parse(process.argv[2] as string) as Job
const insert = 'INSERT INTO line (sensor, seq, measured, occupied) VALUES (?, ?, ?, ?)'

async function connected(): Promise<Connection> {
  for (;;) {
    try {
      const connection = await mariadb.createConnection({ ...database, connectTimeout: 2_000 })
      connection.on('error', () => {})
      return connection
    } catch {
      await systemClock.sleep(500)
    }
  }
}

function rowOf(text: string): (string | number)[] | undefined {
  const star = text.lastIndexOf('*')
  if (star < 0 || crc16(Buffer.from(text), star) !== Number.parseInt(text.slice(star + 1), 16)) return undefined
  const [sensor = '', seq, measured = '', occupied] = text.slice(0, star).split(',')
  return [sensor, Number(seq), `${measured.slice(0, 16).replace('T', ' ')}:00`, Number(occupied)]
}

// Node's own terminal stream: serialport reads half as fast, and its parser joins lines when their reader is slow.
const port = new ReadStream(openSync(line, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK))
let connection = await connected()
console.log('ready')
for await (const text of createInterface({ input: port })) {
  const row = rowOf(text.trim())
  while (row) {
    try {
      await connection.execute(insert, row)
      break
    } catch {
      connection.destroy()
      connection = await connected()
    }
  }
}
