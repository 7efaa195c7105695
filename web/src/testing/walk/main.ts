/**
 * Walks the tasks of the people who use the product, on the running product with its simulated city, and prints a table: where each begins,
 * how many clicks and keys it takes, how long, and what the person sees. `npm run tasks`; `npm run tasks -- T5 T13` walks some.
 */
import { rm } from 'node:fs/promises'
import process from 'node:process'
import { launchBrowser } from '../browser-under-test.ts'
import { type Hand, handOn } from './hand.ts'
import { integratorTasks } from './integrator-tasks.ts'
import { operatorTasks } from './operator-tasks.ts'
import { developerTasks, driverTasks, plannerTasks } from './public-tasks.ts'
import { startDemo } from './running-demo.ts'
import type { Task } from './task.ts'

const tasks = [...operatorTasks, ...plannerTasks, ...developerTasks, ...driverTasks, ...integratorTasks]
const wanted = new Set(process.argv.slice(2))

interface Walked {
  readonly task: Task
  readonly acts: number
  readonly seconds: number
  readonly seen: string
  readonly done: boolean
}

async function walked(task: Task, hand: Hand, base: string): Promise<Walked> {
  await hand.page.goto(base + task.start)
  const begun = performance.now()
  const before = hand.acts
  const outcome = (seen: string, done: boolean) => ({
    ...{ task, acts: hand.acts - before, seconds: (performance.now() - begun) / 1_000, seen, done },
  })
  try {
    return outcome(await task.walk(hand), true)
  } catch (fault) {
    return outcome(fault instanceof Error ? (fault.message.split('\n')[0] ?? '') : String(fault), false)
  }
}

const row = ({ task: { id, who, what, start }, acts, seconds, seen, done }: Walked) =>
  `| ${[id, who, what, `\`${start}\``, done ? 'yes' : 'NO', acts, seconds.toFixed(1), seen.replaceAll('|', '/')].join(' | ')} |`

const demo = await startDemo()
const browser = await launchBrowser()
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  const plan = await demo.signIn(page)
  console.log(`From the command to a signed-in desk with a moving plan (T19): ${plan.toFixed(1)} s\n`)
  console.log('| task | who | what | starts at | done | acts | seconds | seen |\n|---|---|---|---|---|---|---|---|')
  const hand = handOn(page)
  const ahead = await demo.untilForecast(page)
  console.error(`The first forecast came ${ahead.toFixed(0)} s after the start.`)
  let missed = 0
  for (const task of tasks) {
    if (wanted.size > 0 && !wanted.has(task.id)) continue
    const one = await walked(task, hand, demo.web)
    console.log(row(one))
    if (!one.done) missed++
  }
  process.exitCode = missed === 0 ? 0 : 1
} finally {
  await browser.close()
  await demo.stop()
  await rm(demo.dir, { recursive: true, force: true })
}
