/**
 * Node-RED as a peer: serial in, a function that reads lines, join (up to 500, or what came in 200 ms), one insert of many rows. Written
 * fairly: a batch the database refused is sent again a second later.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { startMeasured, until } from '../run/measured-process.ts'
import { nodeRed } from './cache.ts'
import type { Job, Peer } from './peer.ts'

const readyMsMax = 60_000
const batchMax = 500
const batchSeconds = 0.2

export const nodeRedPeer: Peer = {
  name: 'node-red',
  about: `Node-RED: serial in, function, join (${batchMax} or ${batchSeconds * 1_000} ms), mysql`,
  table: 'line',
  prepare: async () => (await nodeRed()).versions,
  async start(job) {
    const { dir, node: itsNode } = await nodeRed()
    const home = path.join(job.dir, 'node-red')
    await mkdir(home, { recursive: true })
    await writeFile(path.join(home, 'flows.json'), JSON.stringify(flows(job)))
    await writeFile(path.join(home, 'flows_cred.json'), JSON.stringify({ 'lines-db': credentials(job) }))
    await writeFile(path.join(home, 'settings.js'), settings(dir, await freePort()))
    const red = path.join(dir, 'node_modules/node-red/red.js')
    const program = startMeasured(itsNode, [red, '--userDir', home, '--settings', path.join(home, 'settings.js')])
    await until('Node-RED with its serial port open', readyMsMax, () => {
      if (program.hasEnded()) throw new Error(`Node-RED ended: ${program.output()}`)
      return /serial port .* opened/i.test(program.output()) || undefined
    })
    return program
  },
}

const credentials = ({ database }: Job) => ({ user: database.user, password: database.password })

const settings = (dir: string, port: number) => `module.exports = {
  uiPort: ${port}, uiHost: '127.0.0.1', httpAdminRoot: false, httpNodeRoot: false, credentialSecret: false,
  flowFile: 'flows.json', nodesDir: [${JSON.stringify(path.join(dir, 'node_modules/node-red-node-serialport'))},
  ${JSON.stringify(path.join(dir, 'node_modules/node-red-node-mysql'))}],
  mysqlReconnectTime: 500, logging: { console: { level: 'info', metrics: false, audit: false } }, telemetry: { enabled: false },
}
`

const parse = `const text = String(msg.payload).trim()
const star = text.lastIndexOf('*')
if (star < 0) return null
let crc = 0xffff
for (let i = 0; i < star; i++) {
  crc ^= text.charCodeAt(i) << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
}
if (crc !== parseInt(text.slice(star + 1), 16)) return null
const cells = text.slice(0, star).split(',')
return { payload: [cells[0], Number(cells[1]), cells[2].slice(0, 16).replace('T', ' ') + ':00', Number(cells[3])] }`

const prepare = `if (!msg.payload.length) return null
return { topic: 'INSERT INTO line (sensor, seq, measured, occupied) VALUES ?', payload: [msg.payload], kept: msg.payload }`

function flows({ line, database }: Job): object[] {
  const node = (id: string, type: string, to: string | undefined, more: object) => ({
    // A node without a place on the canvas counts as a configuration.
    ...{ id, type, z: 'flow', x: 100, y: 100, wires: to ? [[to]] : [] },
    ...more,
  })
  const port = {
    ...{ id: 'lines-port', type: 'serial-port', name: '', serialport: line, serialbaud: '115200', databits: '8' },
    ...{ parity: 'none', stopbits: '1', waitfor: '', dtr: 'none', rts: 'none', cts: 'none', dsr: 'none' },
    ...{ newline: '\\n', bin: 'false', out: 'char', addchar: '', responsetimeout: '10000' },
  }
  const fn = (id: string, to: string, func: string) =>
    node(id, 'function', to, { func, outputs: 1, initialize: '', finalize: '', libs: [] })
  const join = {
    ...{ mode: 'custom', build: 'array', property: 'payload', propertyType: 'msg', joiner: '\\n', joinerType: 'str' },
    ...{ useparts: false, accumulate: false, timeout: String(batchSeconds), count: String(batchMax) },
  }
  return [
    { id: 'flow', type: 'tab', label: 'lines' },
    port,
    {
      id: 'lines-db',
      type: 'MySQLdatabase',
      host: database.host,
      port: String(database.port),
      db: database.database,
      tz: '',
      charset: 'UTF8MB4',
    },
    node('in-lines', 'serial in', 'parse-line', { serial: 'lines-port' }),
    fn('parse-line', 'join-lines', parse),
    node('join-lines', 'join', 'prepare-rows', join),
    fn('prepare-rows', 'insert-rows', prepare),
    node('insert-rows', 'mysql', undefined, { mydb: 'lines-db' }),
    node('failed-rows', 'catch', 'wait-rows', { scope: ['insert-rows'], uncaught: false }),
    node('wait-rows', 'delay', 'again-rows', {
      ...{
        pauseType: 'delay',
        timeout: '1',
        timeoutUnits: 'seconds',
        rate: '1',
        nbRateUnits: '1',
        rateUnits: 'second',
      },
      ...{ randomFirst: '1', randomLast: '5', randomUnits: 'seconds', drop: false, allowrate: false, outputs: 1 },
    }),
    fn('again-rows', 'insert-rows', 'return { topic: msg.topic, payload: [msg.kept], kept: msg.kept }'),
  ]
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
