/** `baykeeper replay <csv>`: plays real stays through a real source, so that what goes in can be compared with what is stored. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Layout } from '../domain/layout.ts'
import { uploadLayout } from '../simulator/layout-upload.ts'
import { createProgress, duration, type Progress } from '../simulator/progress.ts'
import { replay } from '../simulator/replay.ts'
import { openSender } from '../simulator/senders/open.ts'
import { type BadRow, readStays } from '../simulator/stays.ts'
import { type AreaBays, layoutOfStays, surveyStays } from '../simulator/stays-layout.ts'
import { transitions } from '../simulator/transitions.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { findTarget, interruptible, type SendingOptions, type Target } from './sending.ts'

export interface ReplayOptions extends SendingOptions, Spoken {
  /** Times real time; `Infinity` as fast as the source takes them. */
  readonly speed: number
  /** IANA zone of the local times in the file. */
  readonly zone?: string
  readonly time: 'original' | 'now'
}

export async function replayCommand(csv: string, options: ReplayOptions): Promise<number> {
  const { zone, time, speed } = readOptions(csv, options)
  using interrupt = interruptible()
  const { signal } = interrupt
  const badRows = new Map<number, string>()
  const onBadRow = ({ line, what }: BadRow) => void badRows.set(line, what)
  const survey = await surveyStays(readStays(csv, zone, onBadRow))
  if (survey.stays === 0) throw new CommandFailed(exitCodes.failed, nothingToPlay(csv, badRows))
  const total = 2 * survey.stays
  await using target = await findTarget(options, { name: 'replay', time: 'trust', api: ['read', 'layout'] })
  const progress = createProgress({ stage: 'replay', total, json: options.json })
  for (const warning of target.warnings) progress.say(`! ${warning}`)
  const plan = await placeBays(target, survey, { name: nameOf(csv), zone }, signal, progress)
  const began = performance.now()
  let done = 0
  await using sender = await openSender(target.via, target.to, {
    token: target.token,
    user: target.user,
    signal,
    onTrouble: progress.say,
  })
  try {
    await replay(transitions(readStays(csv, zone, onBadRow), onBadRow), {
      sender,
      speed,
      time,
      signal,
      onProgress: (count) => {
        done = count
        progress.update(count)
      },
    })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    progress.end()
  }
  const seconds = (performance.now() - began) / 1_000
  const { sent, acknowledged, retries } = sender.stats
  const data = {
    transitions: total,
    bays: survey.bays,
    done,
    sent,
    acknowledged: sender.acknowledges ? acknowledged : null,
    retries,
    seconds: Math.round(seconds * 10) / 10,
    via: target.via,
    to: target.to,
    layout: plan,
    skipped: [...badRows].map(([line, what]) => ({ line, what })),
  }
  const count = (n: number) => n.toLocaleString('en')
  print(
    options,
    data,
    () => [
      `${count(done)} of ${count(total)} transitions of ${count(survey.bays)} bays by ${target.via} in ${duration(seconds)} (${count(Math.round(done / seconds))}/s)`,
      `${count(sent)} sent, ${sender.acknowledges ? `${count(acknowledged)} acknowledged` : `${target.via} does not acknowledge`}, ${count(retries)} retries`,
    ],
    {
      ok: done === total && badRows.size === 0,
      warnings: [
        ...target.warnings,
        ...badRowLines(csv, badRows),
        ...(signal.aborted
          ? ['stopped; run the same command again to go on: what is stored already counts as a repeat']
          : []),
      ],
    },
  )
  return signal.aborted ? exitCodes.interrupted : badRows.size > 0 ? exitCodes.failed : exitCodes.ok
}

const badRowsShown = 20

/** The first rows that were left out, by line, and how many more. */
function badRowLines(csv: string, badRows: ReadonlyMap<number, string>): string[] {
  const lines = [...badRows].slice(0, badRowsShown).map(([line, what]) => `${csv}, line ${line} left out: ${what}`)
  return badRows.size > badRowsShown ? [...lines, `and ${badRows.size - badRowsShown} more lines were left out`] : lines
}

const nothingToPlay = (csv: string, badRows: ReadonlyMap<number, string>) =>
  [`${csv} holds no stay that can be played`, ...badRowLines(csv, badRows)].join('\n  ')

interface Checked {
  readonly zone: string
  readonly time: 'original' | 'now'
  readonly speed: number
}

function readOptions(csv: string, options: ReplayOptions): Checked {
  if (!existsSync(csv)) throw new CommandFailed(exitCodes.usage, `there is no file ${csv}`)
  const { zone = Intl.DateTimeFormat().resolvedOptions().timeZone, time, speed } = options
  return { zone, time, speed }
}

type Plan = 'written' | 'present' | 'left out'

/** Bays on the page are a nicety: readings go their way without them. */
async function placeBays(
  { web, apiKey }: Target,
  survey: AreaBays,
  place: { readonly name: string; readonly zone: string },
  signal: AbortSignal,
  progress: Progress,
): Promise<Plan> {
  if (!web || !apiKey) return 'left out'
  const layout: Layout = layoutOfStays(survey, place)
  try {
    return await uploadLayout(layout, { web, apiKey, signal })
  } catch (error) {
    if (signal.aborted) throw error
    progress.say(`the bays are not on the plan: ${(error as Error).message}`)
    return 'left out'
  }
}

const nameOf = (csv: string) => {
  const word = path.basename(csv, path.extname(csv)).split(/[_\d]/)[0] || 'replay'
  return word[0]?.toUpperCase() + word.slice(1)
}
