/** `baykeeper layout` as people use it: on files alone, and with a running server. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { runCli } from './fixtures/cli.ts'
import { apiKey, apiOf, startServer } from './fixtures/server.ts'

const cases = path.join(import.meta.dirname, '../src/layout/import/cases')
const noKey = { BAYKEEPER_API_KEY: undefined } as unknown as NodeJS.ProcessEnv
/** A key of the environment would end the simulated city. */
const noCityKeys = { BAYKEEPER_INGEST_TOKEN: '', BAYKEEPER_API_KEY: '' }

/** The city looks every second whether it is over. */
const cityCheckMs = 1_500

async function inDirectory(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'layout-cli-'))
  try {
    await body(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function layout(args: readonly string[], code = 0, env: NodeJS.ProcessEnv = noKey) {
  const result = await runCli(['layout', ...args], { env })
  assert.equal(result.code, code, `layout ${args.join(' ')}: ${result.stdout}${result.stderr}`)
  return result
}

describe('layouts as files', () => {
  test('an extract becomes a layout that has no fault, and survives each format that it is exported in', () =>
    inDirectory(async (dir) => {
      const file = path.join(dir, 'harbour.json')
      const made = await layout(['import', path.join(cases, 'harbour.osm'), '--site', 'harbour', '--out', file])
      assert.match(made.stdout, /21 bays read: 21 added/)
      assert.match((await layout(['check', file])).stdout, /21 bays, no fault/)
      for (const format of ['geojson', 'csv', 'json']) {
        const exported = path.join(dir, `again.${format}`)
        await layout(['export', '--from', file, '--format', format, '--out', exported])
        const again = path.join(dir, `again-${format}.json`)
        await layout(['import', exported, '--out', again, ...(format === 'csv' ? ['--base', file] : [])])
        assert.equal((await layout(['diff', file, again])).stdout.trim(), 'no difference', format)
      }
    }))

  test('a diff names what was added, removed, moved, retyped and reassigned', () =>
    inDirectory(async (dir) => {
      const [before, after, csv] = ['before.json', 'after.json', 'change.csv'].map((name) => path.join(dir, name)) as [
        string,
        string,
        string,
      ]
      await layout(['grid', '--columns', '3', '--rows', '1', '--site', 's', '--out', before])
      await writeFile(csv, 'id,x,y,type,device,level\n001,20,0,ev,,0\n002,,,,sensor-2,\n004,10,0,,,\n')
      await layout(['import', csv, '--base', before, '--out', after])
      const { stdout } = await layout(['diff', before, after])
      for (const line of [
        /~ bay 001 .*moved: by up to 20 m/,
        /~ bay 001 .*retyped: standard -> ev/,
        /~ bay 002 .*reassigned: none -> sensor-2/,
        /\+ bay 004 .*added/,
      ])
        assert.match(stdout, line)
      assert.match((await layout(['diff', after, before])).stdout, /- bay 004 .*removed/)
      const json = JSON.parse((await layout(['diff', before, after, '--json'])).stdout)
      assert.deepEqual([json.ok, json.data.added, json.data.moved], [true, 1, 1])
    }))

  test('what is wrong is refused with exit 1, and writes nothing', () =>
    inDirectory(async (dir) => {
      const csv = path.join(dir, 'wrong.csv')
      await writeFile(csv, 'id,x,y\nA,0,0\nB,0.5,0\nA,9,0\nC,x,0\n')
      const out = path.join(dir, 'out.json')
      const { stdout } = await layout(['import', csv, '--out', out], 1)
      for (const line of [
        /line 4: bay "A" is in the file at line 2 already/,
        /line 5: x "x" of bay C is no number/,
        /bay B .*lies on bay A/,
        /refused: [2-9] faults in \d+ bays/,
      ])
        assert.match(stdout, line)
      await assert.rejects(readFile(out))
      assert.match((await layout(['check', path.join(dir, 'none.json')], 2)).stderr, /there is no file/)
      assert.match((await layout(['diff', path.join(dir, 'wrong.csv'), '--data', dir], 4)).stderr, /no server runs on/)
    }))
})

describe('the output for a file', () => {
  test('counts one in the singular, and names the time zone of a new site', () =>
    inDirectory(async (dir) => {
      const [csv, out] = [path.join(dir, 'bays.csv'), path.join(dir, 'out.json')]
      await writeFile(csv, 'id,x,y\nA,0,0\n')
      const zone = { ...noKey, TZ: 'Asia/Tokyo' }
      assert.match(
        (await layout(['import', csv], 0, zone)).stdout,
        /^1 bay read: 1 added, .*\n.*time zone Asia\/Tokyo; --zone sets/,
      )
      const named = await layout(['import', csv, '--zone', 'Europe/Berlin', '--out', out], 0, zone)
      assert.doesNotMatch(named.stdout, /time zone/)
      // Nothing of it is new.
      assert.doesNotMatch((await layout(['import', csv, '--base', out], 0, zone)).stdout, /time zone/)
      assert.match((await layout(['check', out])).stdout, /^1 bay, no fault, 0 warnings/)
      await writeFile(csv, 'id,x,y\nA,0,0\nA,9,0\n')
      assert.match((await layout(['import', csv], 1)).stdout, /refused: 1 fault in 1 bay;/)
    }))

  test('an anchor of two numbers is refused, and one in another country too', () =>
    inDirectory(async (dir) => {
      const [osm, out] = [path.join(cases, 'harbour.osm'), path.join(dir, 'out.json')]
      assert.match((await layout(['import', osm, '--anchor', '1,2', '--out', out], 2)).stderr, /Give LAT,LON,X,Y/)
      assert.match(
        (await layout(['import', osm, '--anchor', '7.62,51.96,0,0', '--out', out], 1)).stdout,
        /the anchor: it lies \d+ km from the bays.*the latitude first/,
      )
      await assert.rejects(readFile(out))
    }))

  test('a diff of bays shows what their import changes, and with --mode what that takes away', () =>
    inDirectory(async (dir) => {
      const [base, csv] = [path.join(dir, 'base.json'), path.join(dir, 'change.csv')]
      await layout(['grid', '--columns', '3', '--rows', '1', '--site', 's', '--out', base])
      await writeFile(csv, 'id,type\n001,standard\n')
      assert.equal((await layout(['diff', base, csv])).stdout.trim(), 'no difference')
      assert.match((await layout(['diff', base, csv, '--mode', 'replace-level'])).stdout, /2 removed\n$/)
      await writeFile(csv, 'id,x,y\n009,0,0\n')
      assert.match((await layout(['diff', base, csv], 1)).stdout, /lies on bay[\s\S]*refused: 1 fault /)
    }))
})

describe('layouts of a running server', () => {
  test('keep the sites that a published file lacks, unless they are to be removed', () =>
    inDirectory(async (dir) => {
      await using server = await startServer()
      const here = ['--data', server.dataDir]
      const [csv, file] = [path.join(dir, 'bays.csv'), path.join(dir, 'bays.json')]
      const sites = async () =>
        (await apiOf(server.ready.web).call(routes.layout)).layout.sites.map(({ id }) => id).toSorted()
      await writeFile(csv, 'id,x,y\nN-1,0,0\nN-2,5,0\n')
      await layout(['import', csv, '--site', 'north', '--out', file])
      // Nothing is there that could be removed.
      await layout(['publish', file, ...here])
      await layout(['grid', '--site', 'south', '--rows', '1', '--columns', '3', '--publish', ...here])

      for (const command of [
        ['publish', file],
        ['import', file, '--publish'],
        ['import', csv, '--base', file, '--publish'],
      ])
        assert.match(
          (await layout([...command, ...here], 1)).stderr,
          /lacks 1 site of the server, .*south \(3 bays\)\. Nothing was changed\. .*layout import FILE --publish.*--remove-sites/,
        )
      assert.deepEqual(await sites(), ['north', 'south'])
      assert.match((await layout(['diff', csv, ...here])).stdout, /^no difference/)
      assert.match((await layout(['import', csv, '--publish', ...here])).stdout, /^2 bays read: no difference/)
      assert.match((await layout(['diff', file, ...here])).stdout, /removed: site south\n[\s\S]*\n3 removed/)
      await layout(['publish', file, '--remove-sites', ...here])
      assert.deepEqual(await sites(), ['north'])
    }))

  test('are compared with nothing while a simulated city is shown, and are not published in it', async () => {
    await inDirectory(async (dir) => {
      await using server = await startServer({ city: true, env: noCityKeys })
      const [csv, file] = [path.join(dir, 'bays.csv'), path.join(dir, 'bays.json')]
      await writeFile(csv, 'id,x,y\nN-1,0,0\n')
      await layout(['import', csv, '--out', file])
      // A command's own key does not end the city, however long the command takes; nor do commands end each other's.
      for (const [command, code, is] of [
        ['diff', 0, /^\+ bay N-1 [^-]*$/],
        ['publish', 1, /shows its simulated city/],
        ['diff', 0, /^\+ bay N-1 [^-]*$/],
      ] as const) {
        const both = Array.from({ length: 2 }, () => layout([command, file, '--data', server.dataDir], code))
        for (const { stdout, stderr } of await Promise.all(both)) assert.match(`${stdout}${stderr}`, is)
        await sleep(cityCheckMs)
      }
    })
  })

  test('are imported, compared, published and exported', () =>
    inDirectory(async (dir) => {
      await using server = await startServer()
      const here = ['--data', server.dataDir]
      const api = apiOf(server.ready.web)
      const grid = [
        'grid',
        '--rows',
        '2',
        '--columns',
        '10',
        '--angle',
        '60',
        '--site',
        'north',
        '--types',
        'disabled:1-2',
      ]
      assert.match(
        (await layout([...grid, ...here, '--publish', '--comment', 'opening'])).stdout,
        /20 added[\s\S]*published/,
      )
      const first = await api.call(routes.layout)
      assert.deepEqual(
        [first.version, first.comment, first.layout.sites[0]?.levels[0]?.bays.length],
        [1, 'opening', 20],
      )
      await api.answer(routes.assign, { body: { device: 'sensor-1', bay: '001' } })

      const file = path.join(dir, 'north.csv')
      await layout(['export', ...here, '--format', 'csv', '--out', file])
      const text = await readFile(file, 'utf8')
      assert.match(text, /^\ufeffsite,level,id,.*\r\nnorth,0,001,,disabled,,sensor-1,/)
      assert.equal(
        (await layout(['import', file, '--to', server.ready.web, '--api-key', apiKey])).stdout.split('\n')[0],
        '20 bays read: no difference',
      )
      // The bay is taken from the file, its device is not named there: it stays.
      await writeFile(file, 'id;Typ\n003;Elektro\n')
      assert.match((await layout(['import', file, ...here, '--publish'])).stdout, /1 retyped/)
      const second = await api.call(routes.layout)
      assert.deepEqual(
        second.layout.sites[0]?.levels[0]?.bays.slice(0, 3).map(({ types, devices }) => [types?.[0], devices]),
        [
          ['disabled', ['sensor-1']],
          ['disabled', []],
          ['ev', []],
        ],
      )
      // Its own key is gone with the command.
      assert.doesNotMatch((await runCli(['token', 'list', ...here])).stdout, /layout/)
      const whole = path.join(dir, 'whole.json')
      await layout(['export', ...here, '--out', whole])
      assert.match((await layout(['diff', whole, ...here])).stdout, /^no difference/)
      const moved = JSON.parse(await readFile(whole, 'utf8'))
      moved.sites[0].levels[0].bays[0].x = 9_000
      await writeFile(whole, JSON.stringify(moved))
      assert.match((await layout(['publish', whole, ...here], 1)).stdout, /outside the outline of the level/)
      assert.equal((await api.call(routes.layout)).version, second.version)
    }))
})
