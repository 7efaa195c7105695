/** `baykeeper start` as a process: what it refuses, what it shows, and how it begins and ends beside others and after a kill. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCli } from '../../test/fixtures/cli.ts'
import { startServer } from '../../test/fixtures/server.ts'
import { openSmallDisk, smallDiskMissing } from '../../test/fixtures/small-disk.ts'

let room: string
before(async () => {
  room = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-start-'))
})
after(() => rm(room, { recursive: true, force: true, maxRetries: 5 }))

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = net.createServer()
      return new Promise<net.Server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
    }),
  )
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
const anyPorts = ['--port', '--ingest-port', '--mqtt-port', '--tcp-port', '--udp-port'].flatMap((flag) => [flag, '0'])
const recorded = (dataDir: string): { role: string; pid: number }[] =>
  JSON.parse(readFileSync(path.join(dataDir, 'run/processes.json'), 'utf8'))
const readyFile = (dataDir: string) => path.join(dataDir, 'run/ready.json')

describe('start', { timeout: 280_000 }, () => {
  test('refuses a faulty configuration with exit 3 and the text of config check', async () => {
    const file = path.join(room, 'faulty.yaml')
    await writeFile(file, `data: ${path.join(room, 'never')}\ntcp: { allow: ["10.0.0.0/33"] }\n`)
    const [start, check] = await Promise.all([
      runCli(['start', '--config', file]),
      runCli(['config', 'check', '--config', file]),
    ])
    assert.deepEqual([start.code, check.code], [3, 3])
    assert.equal(start.stderr, check.stderr)
    assert.equal(existsSync(path.join(room, 'never')), false)
  })

  test('names a read-only file system as the cause', { skip: smallDiskMissing() }, async () => {
    using disk = openSmallDisk(1)
    execFileSync('mount', ['-o', 'remount,ro', disk.dir])
    for (const dir of [disk.dir, path.join(disk.dir, 'a/b')]) {
      const { code, stderr } = await runCli(['start', '--data', dir, '--no-demo', ...anyPorts])
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`${disk.dir} cannot be written \\(its file system is read only\\): name another`))
    }
  })

  test('a hang-up of the terminal ends nothing', async () => {
    await using server = await startServer()
    for (const pid of [server.ready.pids.main, server.ready.pids.web, server.ready.pids.intake])
      process.kill(pid, 'SIGHUP')
    await sleep(500)
    const { pids, web } = server.ready
    assert.equal((await fetch(`${web}/healthz`)).status, 200)
    for (const pid of [pids.main, pids.web, pids.intake]) assert.equal(process.kill(pid, 0), true)
    assert.doesNotMatch(server.logs(), /started again/)
  })

  test('a second start on the same directory is refused, and the addresses of the first stay announced', async () => {
    await using server = await startServer()
    const before = readFileSync(readyFile(server.dataDir), 'utf8')
    const second = await runCli(['start', '--no-demo', '--data', server.dataDir, '--port', '0'])
    assert.equal(second.code, 1)
    assert.match(second.stderr, new RegExp(`a server \\(pid ${server.ready.pids.main}\\) already runs`))
    assert.equal(readFileSync(readyFile(server.dataDir), 'utf8'), before)
  })

  test('of two starts at the same moment one serves, and stays announced when the other has given up', async () => {
    const dataDir = path.join(room, 'both')
    const outcomes = await Promise.allSettled([startServer({ dataDir }), startServer({ dataDir })])
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    assert.equal(won.length, 1, JSON.stringify(outcomes))
    await using server = won[0] as (typeof won)[0]
    const { pids } = JSON.parse(readFileSync(readyFile(dataDir), 'utf8'))
    assert.equal(pids.main, server.ready.pids.main)
  })

  test('after kill -9 of web and then of main, the next start on the same ports waits for what they left behind', async () => {
    const dataDir = path.join(room, 'killed')
    const ports = await freePorts(4)
    const flags = ['--port', '--ingest-port', '--mqtt-port', '--tcp-port'].flatMap((flag, i) => [flag, `${ports[i]}`])
    for (const waitMs of [100, 250]) {
      await using server = await startServer({ dataDir, flags })
      process.kill(server.ready.pids.web, 'SIGKILL')
      await sleep(waitMs)
      process.kill(server.ready.pids.main, 'SIGKILL')
      await using next = await startServer({ dataDir, flags })
      assert.equal((await fetch(`${next.ready.web}/healthz`)).status, 200)
    }
  })

  test('a child is named in run/ while it starts', async () => {
    await using server = await startServer()
    const old = await server.kill('web')
    const isNamed = () => recorded(server.dataDir).some(({ role, pid }) => role === 'web' && pid !== old)
    for (let tries = 0; !isNamed(); tries++) {
      assert.ok(tries < 500, 'the new web process is not named')
      await sleep(10)
    }
    assert.equal(recorded(server.dataDir).filter(({ role }) => role === 'main').length, 1)
  })

  test('a listener for datagrams keeps its port when intake is killed and starts again', async () => {
    await using server = await startServer()
    const announced = () => JSON.parse(readFileSync(readyFile(server.dataDir), 'utf8'))
    const { udp } = announced()
    const old = await server.kill('intake')
    for (let tries = 0; announced().pids.intake === old; tries++) {
      assert.ok(tries < 500, 'intake does not start again')
      await sleep(20)
    }
    assert.equal(announced().udp, udp)
  })

  test('SIGTERM while a fallen process starts again: it ends on request, not by force', async () => {
    for (const waitMs of [150, 400]) {
      await using server = await startServer()
      process.kill(server.ready.pids.web, 'SIGKILL')
      await sleep(waitMs)
      assert.equal(await server.stop(), 0)
      assert.doesNotMatch(server.logs(), /ended by force/, `after ${waitMs} ms`)
    }
  })

  test('everything in an existing, open data directory is closed to others', async () => {
    const dataDir = path.join(room, 'open')
    await mkdir(dataDir)
    await chmod(dataDir, 0o755)
    await using server = await startServer({ dataDir })
    const open: string[] = []
    for (const name of ['.', ...(await readdir(server.dataDir, { recursive: true }))]) {
      const found = await stat(path.join(server.dataDir, name)).catch(() => undefined)
      if (found && (found.mode & 0o077) !== 0) open.push(`${name} ${(found.mode & 0o777).toString(8)}`)
    }
    assert.deepEqual(open, [])
  })

  test('a password given with --store stands in the command line of no process', async () => {
    const secret = 'do-not-show-me'
    const args = ['train', '--store', `mysql://bk:${secret}@127.0.0.1:1/baykeeper`, '--data', room]
    const running = runCli(args)
    let seen = 0
    let shown = 0
    let over = false
    void running.then(() => {
      over = true
    })
    while (!over) {
      const commands = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).split('\n')
      const main = commands.find((command) => command.includes('src/main.ts train') && command.includes(room))
      if (main) {
        seen++
        // The launcher hides its own as soon as it runs, which is before it starts the command.
        shown += commands.filter((command) => command.includes(secret)).length
      }
      await sleep(20)
    }
    assert.ok(seen > 0)
    assert.equal(shown, 0)
    assert.doesNotMatch((await running).stderr, new RegExp(secret))
  })
})
