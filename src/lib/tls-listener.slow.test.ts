import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import tls from 'node:tls'
import { systemClock } from './clock.ts'
import { createLog } from './log.ts'
import { certificates } from './testing/certificates.ts'
import { isFromHere, serveTls, type TlsListenerOptions } from './tls-listener.ts'
import { readTlsPair, watchTlsPair } from './tls-pair.ts'

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
const needs = hasOpenssl ? {} : { skip: 'needs openssl' }

/** Two pairs of one authority each, in folders of their own, and the files that a server uses, filled with the first. */
function pairs(t: TestContext) {
  const dir = mkdtempSync(path.join(tmpdir(), 'tls-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const made = ['one', 'two'].map((name) => {
    const at = path.join(dir, name)
    mkdirSync(at)
    return { ...certificates(at), at }
  })
  const files = { certificateFile: path.join(dir, 'server.pem'), keyFile: path.join(dir, 'server.key') }
  const use = (pair: number) => {
    copyFileSync(path.join(made[pair]?.at as string, 'server.pem'), files.certificateFile)
    copyFileSync(path.join(made[pair]?.at as string, 'server.key'), files.keyFile)
  }
  use(0)
  return { files, use, certs: made.map(({ cert }) => cert) }
}

async function open(
  t: TestContext,
  server: net.Server,
  options: Partial<TlsListenerOptions> & Pick<TlsListenerOptions, 'files'>,
) {
  const lines: string[] = []
  serveTls(server, { log: createLog({}, { write: (line) => lines.push(line) }), ...options })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    if (server instanceof http.Server) server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, lines }
}

const echo = () => net.createServer((socket) => socket.on('error', () => {}).pipe(socket))

async function connected(t: TestContext, port: number) {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  t.after(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

async function answered(socket: net.Socket, text: string): Promise<string> {
  socket.write(text)
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString()
}

const fingerprint = (socket: tls.TLSSocket) => socket.getPeerCertificate().fingerprint256

test(
  'one port takes TLS from everywhere and plain connections from this machine, and the server knows which is which',
  needs,
  async (t) => {
    const { files } = pairs(t)
    const server = http.createServer(async (request, response) => {
      let bytes = 0
      for await (const chunk of request) bytes += (chunk as Buffer).length
      response.end(`${(request.socket as Partial<tls.TLSSocket>).encrypted === true} ${bytes}`)
    })
    const { port } = await open(t, server, { files })
    const post = (by: typeof http | typeof https) =>
      new Promise<string>((resolve, reject) => {
        const request = by.request(
          { port, host: '127.0.0.1', method: 'POST', rejectUnauthorized: false },
          async (response) => resolve(Buffer.concat(await response.toArray()).toString()),
        )
        request.on('error', reject)
        request.end(Buffer.alloc(300_000))
      })
    assert.deepEqual([await post(https), await post(http)], ['true 300000', 'false 300000'])
  },
)

test('a plain connection from elsewhere reaches nothing', needs, async (t) => {
  const { files } = pairs(t)
  let reached = 0
  let refused = 0
  const server = net.createServer(() => reached++)
  const { port } = await open(t, server, { files, mayBePlain: () => false, onPlain: () => refused++ })
  const socket = net.connect(port, '127.0.0.1')
  assert.match(await answered(socket, 'A1,1,,1\n'), /TLS only/)
  await once(socket, 'close')
  assert.deepEqual([reached, refused], [0, 1])
  for (const [remoteAddress, localAddress, isHere] of [
    ['127.0.0.1', '127.0.0.1', true],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['192.0.2.8', '192.0.2.7', false],
    ['', '', false],
  ] as const)
    assert.equal(isFromHere({ remoteAddress, localAddress }), isHere, `${remoteAddress} to ${localAddress}`)
})

test('a renewed certificate is used from the next connection on, and those that are open stay', needs, async (t) => {
  const { files, use } = pairs(t)
  const { port, lines } = await open(t, echo(), { files })
  const before = await connected(t, port)
  const first = fingerprint(before)
  use(1)
  let renewed: string | undefined
  for (const end = Date.now() + 20_000; renewed === undefined || renewed === first; await systemClock.sleep(200)) {
    assert.ok(Date.now() < end, 'the new certificate was not used in time')
    renewed = fingerprint(await connected(t, port))
  }
  assert.equal(await answered(before, 'still here'), 'still here')
  assert.match(lines.join('\n'), /certificate was renewed/)
  // A key that is not the one of the certificate, as between the two files of a renewal.
  writeFileSync(files.keyFile, 'nothing')
  for (const end = Date.now() + 20_000; !/cannot be used/.test(lines.join('\n')); await systemClock.sleep(200))
    assert.ok(Date.now() < end, 'the bad pair was not reported in time')
  assert.equal(fingerprint(await connected(t, port)), renewed)
  assert.equal(await answered(before, 'and now'), 'and now')
})

test('a pair that cannot be used is refused with the file and the reason, and no line of it', needs, (t) => {
  const { files, use, certs } = pairs(t)
  const fault = () => {
    try {
      readTlsPair(files)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.equal(fault(), '')
  writeFileSync(files.certificateFile, certs[1] as string)
  assert.match(fault(), /is not the key of the certificate/)
  use(0)
  writeFileSync(files.certificateFile, 'S3CRET')
  assert.match(fault(), /holds no certificate/)
  use(0)
  writeFileSync(files.keyFile, '-----BEGIN PRIVATE KEY-----\nS3CRET\n-----END PRIVATE KEY-----\n')
  assert.match(fault(), /holds no key/)
  assert.doesNotMatch(fault(), /S3CRET/)
  use(0)
  rmSync(files.keyFile)
  assert.match(fault(), /cannot be read \(ENOENT\)/)
  use(0)
  assert.throws(() => readTlsPair(files, Date.now() + 10 * 24 * 3_600_000), /ended on/)
})

test('connections are counted before their handshake', needs, async (t) => {
  const { files } = pairs(t)
  const { port } = await open(t, echo(), {
    files,
    admit(socket) {
      socket.destroy()
      return false
    },
  })
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  const [fault] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  assert.equal(fault.code, 'ECONNRESET')
})

test('a refused plain connection that breaks, or never ends, is closed here and stops nothing', needs, async (t) => {
  const { files } = pairs(t)
  const refused: net.Socket[] = []
  const onPlain = (socket: net.Socket) => {
    // As a reset by the other end.
    if (refused.push(socket) === 1) process.nextTick(() => socket.destroy(new Error('read ECONNRESET')))
  }
  const server = net.createServer({ allowHalfOpen: true }, () => assert.fail('it was taken'))
  const { port } = await open(t, server, { files, mayBePlain: () => false, onPlain })
  t.after(() => {
    for (const socket of refused) socket.destroy()
  })
  const breaks = net
    .connect(port, '127.0.0.1')
    .on('error', () => {})
    .resume()
  breaks.write('A1,1,,1\n')
  await once(breaks, 'close')
  const stays = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
  t.after(() => stays.destroy())
  assert.match(await answered(stays, 'A1,1,,1\n'), /TLS only/)
  for (const end = Date.now() + 5_000; refused.some(({ closed }) => !closed); await systemClock.sleep(20))
    assert.ok(Date.now() < end, 'a refused connection stays open')
  assert.equal(refused.length, 2)
})

test('files that cannot be looked at are reported, and the pair before them stays in use', (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tls-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const files = { certificateFile: path.join(dir, 'server.pem'), keyFile: path.join(dir, 'server.key') }
  for (const file of Object.values(files)) writeFileSync(file, 'x')
  const lines: string[] = []
  t.mock.timers.enable({ apis: ['setInterval'] })
  const log = createLog({}, { write: (line) => lines.push(line) })
  using _watch = watchTlsPair(files, () => assert.fail('used'), log)
  rmSync(files.keyFile)
  // For root too it is one that statSync throws for: a link to itself.
  symlinkSync(files.keyFile, files.keyFile)
  t.mock.timers.tick(2_000)
  t.mock.timers.tick(2_000)
  assert.match(lines.join('\n'), /cannot be used: the one before it stays in use/)
})
