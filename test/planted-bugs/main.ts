/**
 * `npm run mutants [-- WORD...] [--record]`: plants each known bug in a copy of the product and runs the test that must notice. A suite that stays
 * green then is worth nothing. With words, only rooms of that name and bugs whose file or
 * sentence holds one of them; `--record` writes the
 * counts into docs/reliability.md.
 *
 * Each judge is first held against the copy without a bug: one that fails there would "catch" everything.
 */
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pool } from '../../tools/pool.ts'
import { line } from '../../tools/print.ts'
import { processTree } from '../../tools/process-tree.ts'
import { root } from '../../tools/run-command.ts'
import { recordPlanted } from '../faults/reliability.ts'
import type { PlantedBug } from './planted-bug.ts'
import { plantedBugs as all } from './rooms.ts'

/** Files that a judge may need besides the packages. */
const copied = [
  'src',
  'contract',
  'forecaster',
  'test',
  'tools',
  'bin',
  'package.json',
  'ARCHITECTURE.md',
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs',
  'web/src',
]
const ownScope = '@baykeeper'
const judgeMsMax = 120_000
const atOnce = 2

const words = process.argv.slice(2).filter((word) => word !== '--record')
/** A word is a room's name, or part of a bug's file or sentence. */
const chosen = Object.entries(all).flatMap(([room, bugs]) =>
  bugs
    .filter(
      ({ what, file }) =>
        words.length === 0 || words.some((word) => (word in all ? word === room : `${file} ${what}`.includes(word))),
    )
    .map((bug) => ({ room, bug })),
)
const place = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-planted-'))
const copies = await Promise.all(Array.from({ length: atOnce }, (_, i) => copyOf(path.join(place, `${i}`))))
const idle = [...copies]
try {
  const judges = [...new Map(chosen.map(({ bug }) => [bug.judge.join(' '), bug.judge])).values()]
  const sound = await pool(judges, atOnce, (judge) =>
    inCopy(async (copy) => {
      const { caught, seconds, output } = await run(copy, judge)
      if (caught) console.log(line({ ok: false, seconds, text: `${judge.join(' ')} fails without any bug\n${output}` }))
      return !caught
    }),
  )
  const caught = await pool(chosen, atOnce, ({ room, bug }) => inCopy((copy) => hold(copy, room, bug)))
  const count = caught.filter(Boolean).length
  console.log(`\n${count} caught of ${chosen.length} planted; ${judges.length} judges, each green without a bug`)
  // Only a complete run is a result for a room.
  const whole = Object.entries(all).filter(
    ([room, bugs]) => chosen.filter((one) => one.room === room).length === bugs.length,
  )
  if (process.argv.includes('--record'))
    await recordPlanted(
      whole.map(([room, bugs]) => {
        const missed = chosen.flatMap((one, i) => (one.room === room && !caught[i] ? [one.bug.what] : []))
        return { room, planted: bugs.length, caught: bugs.length - missed.length, missed }
      }),
    )
  process.exitCode = count === chosen.length && chosen.length > 0 && sound.every(Boolean) ? 0 : 1
} finally {
  await rm(place, { recursive: true, force: true })
}

async function inCopy<T>(work: (copy: string) => Promise<T>): Promise<T> {
  const copy = idle.pop() as string
  try {
    return await work(copy)
  } finally {
    idle.push(copy)
  }
}

async function hold(copy: string, room: string, { what, file, from, to, judge }: PlantedBug): Promise<boolean> {
  const target = path.join(copy, file)
  const text = await readFile(target, 'utf8')
  const parts = text.split(from)
  const name = `${room}: it ${what}`
  if (parts.length !== 2 || from === to) {
    console.log(line({ ok: false, seconds: 0, text: `${name}: ${file} holds the place ${parts.length - 1} times` }))
    return false
  }
  await writeFile(target, parts.join(to))
  try {
    const { caught, seconds } = await run(copy, judge)
    console.log(line({ ok: caught, seconds, text: caught ? name : `${name}: NOT DETECTED (${judge.join(' ')})` }))
    return caught
  } finally {
    await writeFile(target, text)
  }
}

function run(copy: string, judge: readonly string[]): Promise<{ caught: boolean; seconds: number; output: string }> {
  const began = performance.now()
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  // A bug may be an endless loop in a process of the judge's own.
  const tree = processTree()
  const child = spawn(process.execPath, judge, { cwd: copy, env: { ...env, ...tree.env } })
  const limit = setTimeout(() => tree.killAll(), judgeMsMax)
  let output = ''
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(limit)
      tree.killAll()
      resolve({ caught: code !== 0, seconds: (performance.now() - began) / 1_000, output })
    }),
  )
}

async function copyOf(copy: string): Promise<string> {
  await mkdir(copy, { recursive: true })
  for (const name of copied) await cp(path.join(root, name), path.join(copy, name), { recursive: true })
  await linkPackages(copy)
  return copy
}

/** The packages of the product itself are those of the copy: a bug in contract/ is in what the copy imports by its name. */
async function linkPackages(copy: string): Promise<void> {
  const [from, to] = [path.join(root, 'node_modules'), path.join(copy, 'node_modules')]
  await mkdir(path.join(to, ownScope), { recursive: true })
  for (const name of await readdir(from))
    if (name !== ownScope) await symlink(path.join(from, name), path.join(to, name))
  await symlink(path.join(copy, 'contract'), path.join(to, ownScope, 'contract'))
}
