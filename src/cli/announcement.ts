/** The addresses and process numbers of a running server, written for other commands (`run/ready.json`) and for `--ready-file`. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { sectionsOf } from '../config/source-sections.ts'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import type { Log } from '../lib/log.ts'
import type { RunDirectory } from '../processes/run-directory.ts'
import type { Supervisor } from '../processes/supervisor.ts'
import type { Ready } from './place.ts'

export interface Announcement {
  /** Writes them, and writes them again whenever they may have changed. */
  begin(): Promise<void>
  /** They may have changed: nothing is written before `begin`. */
  renew(): void
  /** Nothing is written any more. */
  end(): void
}

export interface AnnouncementDeps {
  readonly config: Config
  readonly run: RunDirectory
  readonly readyFile: string | undefined
  readonly log: Log
  supervisor(): Supervisor
  /** As they are bound now, by use. */
  urls(): Record<string, string>
}

export function createAnnouncement({ config, run, readyFile, log, supervisor, urls }: AnnouncementDeps): Announcement {
  let begun = false
  async function write() {
    const ready = readyOf(config, answering(urls(), supervisor()), supervisor())
    await run.announce(ready)
    if (readyFile) await writeFileAtomic(readyFile, JSON.stringify(ready))
  }
  return {
    begin() {
      begun = true
      return write()
    },
    renew() {
      if (begun) write().catch((error) => log.warn('the ready file could not be written', { error }))
    },
    end() {
      begun = false
    },
  }
}

/** A port is announced when its process listens on it, not when it is bound: the kernel accepts connections from then on. */
function answering(urls: Record<string, string>, supervisor: Supervisor): Record<string, string> {
  const { web, ...ofIntake } = urls
  return {
    ...(web && supervisor.hasListened('web') ? { web } : {}),
    ...(supervisor.hasListened('intake') ? ofIntake : {}),
  }
}

function readyOf(config: Config, urls: Record<string, string>, supervisor: Supervisor): Ready {
  const devices = sectionsOf(config).flatMap(({ source, settings }) => {
    const found = source.devices?.(settings) ?? []
    return found.length > 0 ? [[source.key, found]] : []
  })
  return { ...urls, ...Object.fromEntries(devices), pids: { main: process.pid, ...supervisor.pids() } }
}

/** Waits until /readyz reports ready: the figures of the other processes reach the pages a moment after the processes are up. */
export async function answersReady(url: string): Promise<void> {
  for (const until = performance.now() + readyMsMax; performance.now() < until; await sleep(readyLookMs)) {
    // A server that does not answer yet is asked again.
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
  }
}

const readyMsMax = 3_000
const readyLookMs = 20
