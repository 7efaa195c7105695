/**
 * Results of the fault table and of the planted bugs, kept in docs/reliability.json and written out as docs/reliability.md.
 * Nothing in either is typed by hand.
 */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { root } from '../../tools/run-command.ts'
import type { FaultFailure } from './fault-row.ts'

interface RunRow {
  readonly name: string
  readonly unit: string
  readonly full: number
  readonly long: number
  readonly passesWhen: string
  readonly reached: number
  readonly seconds: number
  readonly firstSeeds: readonly number[]
  readonly failures: readonly FaultFailure[]
  readonly note: string | undefined
  readonly skipped: string | undefined
}

interface Run {
  readonly date: string
  readonly commit: string
  readonly machine: string
  readonly hours: number
  readonly rows: readonly RunRow[]
}

/** The newest run of one room's planted bugs. */
export interface PlantedRoom {
  readonly room: string
  readonly planted: number
  readonly caught: number
  readonly missed: readonly string[]
}
type PlantedRun = PlantedRoom & { readonly date: string; readonly commit: string }

interface Records {
  readonly runs: readonly Run[]
  readonly planted: readonly PlantedRun[]
}

const dataFile = path.join(root, 'docs/reliability.json')
const pageFile = path.join(root, 'docs/reliability.md')
const failureCharsMax = 200
/** Older runs keep their counts only as part of the sums. */
const runsMax = 40

export async function record(run: Pick<Run, 'hours' | 'rows'>) {
  const records = await load()
  const rows = run.rows.map((row) => ({
    ...row,
    firstSeeds: row.firstSeeds.slice(0, 3),
    failures: row.failures.slice(0, 3).map(({ seed, what }) => ({ seed, what: firstLine(what) })),
  }))
  await save({ ...records, runs: [...records.runs, { ...origin(), hours: run.hours, rows }].slice(-runsMax) })
}

export async function recordPlanted(rooms: readonly PlantedRoom[]) {
  const records = await load()
  const { date, commit } = origin()
  const before = (records.planted ?? []).filter(({ room }) => !rooms.some((other) => other.room === room))
  const planted = [...before, ...rooms.map((room) => ({ ...room, date, commit }))]
  await save({ ...records, planted: planted.toSorted((a, b) => (a.room < b.room ? -1 : 1)) })
}

const firstLine = (text: string) => (text.split('\n', 1)[0] as string).slice(0, failureCharsMax)

function origin() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  const cpu = os.cpus()[0]?.model.trim() ?? 'unknown processor'
  const machine = `${os.cpus().length} x ${cpu}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.platform()}, Node ${process.version}`
  return { date: new Date().toISOString().slice(0, 16).replace('T', ' '), commit, machine }
}

async function load(): Promise<Records> {
  try {
    return JSON.parse(await readFile(dataFile, 'utf8')) as Records
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { runs: [], planted: [] }
  }
}

async function save(records: Records) {
  await writeFile(dataFile, `${JSON.stringify(records, null, 1)}\n`)
  await writeFile(pageFile, page(records))
}

/** Exported for its test. */
export function page({ runs, planted }: Records): string {
  const last = runs.at(-1)
  return `${[
    '# Reliability: what was tried, and what happened',
    '',
    'Written by `npm run torture -- --record` and `npm run mutants -- --record` from `reliability.json`; nothing here is typed by hand.',
    'What the promise means is in the README; each row below is a fault that is caused on purpose, with real parts, from printed seeds.',
    '',
    ...(last ? faults(runs, last) : ['No run is recorded yet.']),
    '',
    ...plantedPart(planted),
  ].join('\n')}\n`
}

const figures = (count: number) => count.toLocaleString('en')

function faults(runs: readonly Run[], last: Run): string[] {
  const hours = runs.reduce((sum, run) => sum + run.hours, 0)
  const lines = last.rows.map(({ name, unit, full, passesWhen }) => {
    const every = runs.flatMap((run) => run.rows.filter((row) => row.name === name).map((row) => ({ run, row })))
    const total = every.reduce((sum, { row }) => sum + row.reached, 0)
    const newest = every.at(-1)?.row as RunRow
    const failed = every.findLast(({ row }) => row.failures.length > 0)
    const [failure] = failed?.row.failures ?? []
    const failureCell = failed && failure ? `${failed.run.date}, seed ${failure.seed}: ${cell(failure.what)}` : 'none'
    const reached = newest.skipped
      ? `not run: ${cell(newest.skipped)}`
      : `${figures(newest.reached)} / ${figures(full)} ${unit}`
    return `| ${name} | ${reached} | ${newest.failures.length} | ${figures(total)} | ${failureCell} | ${passesWhen} |`
  })
  const notes = last.rows.flatMap(({ name, note, firstSeeds }) =>
    note ? [`- ${name}: ${note} (first seed ${firstSeeds[0]})`] : [],
  )
  return [
    '## Faults',
    '',
    `Last run: ${last.date} UTC, commit ${last.commit}, ${last.hours.toFixed(2)} h on ${last.machine}. Recorded: ${runs.length} runs, ${hours.toFixed(2)} h.`,
    '',
    '| fault | last run: reached / full | failures in it | in all runs | last failure | passes when |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    ...(notes.length > 0 ? ['', 'Of the last run:', '', ...notes] : []),
  ]
}

const cell = (text: string) => text.replaceAll('|', '\\|')

function plantedPart(planted: readonly PlantedRun[] = []): string[] {
  if (planted.length === 0) return ['## Planted bugs', '', 'No run is recorded yet.']
  const sum = (key: 'planted' | 'caught') => planted.reduce((total, room) => total + room[key], 0)
  const missed = planted.flatMap(({ room, missed: some }) => some.map((what) => `- ${room}: it ${what}`))
  return [
    '## Planted bugs',
    '',
    `A suite that stays green when the product is broken on purpose is worth nothing. **${sum('caught')} caught of ${sum('planted')} planted.**`,
    '',
    '| room | planted | caught | run (UTC) | commit |',
    '| --- | --- | --- | --- | --- |',
    ...planted.map(
      ({ room, planted: count, caught, date, commit }) => `| ${room} | ${count} | ${caught} | ${date} | ${commit} |`,
    ),
    ...(missed.length > 0 ? ['', 'Missed in that run:', '', ...missed] : []),
  ]
}
