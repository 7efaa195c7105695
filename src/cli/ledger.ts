/**
 * `baykeeper ledger verify|losses|sensors`: recounts the journal against the database, lists losses with their causes, and the outcome of the
 * frames of each sensor. Works beside a running server and on a stopped one.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type LossCause, losses } from '@baykeeper/contract/vocabulary.ts'
import { lossOnWire, sensorDayOnWire } from '../api/loss-wire.ts'
import { audit } from '../audit/audit.ts'
import { equations } from '../audit/conservation.ts'
import { openJournalReader } from '../journal/segment-journal.ts'
import { systemClock } from '../lib/clock.ts'
import { isSaturated } from '../lib/sum.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { LossFilter, Paged } from '../store/losses.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { openOwnStore } from './own-store.ts'
import { type PlaceOptions, runningServer, usedPlaceOf } from './place.ts'
import { unreadyReasons } from './server-health.ts'

const nothing = {
  received: 0,
  accepted: 0,
  refused: 0,
  unframeable: 0,
  committed: 0,
  duplicate: 0,
  quarantined: 0,
  tentative: 0,
  damaged: 0,
  pending: 0,
  lost: 0,
  difference: 0,
}

/** Returns the exit code: 0 when the law and every row close, 5 when one does not. */
export async function ledgerVerify(options: PlaceOptions & Spoken): Promise<number> {
  const { config } = usedPlaceOf(options)
  const journalDir = path.join(config.data, 'journal')
  if (!existsSync(journalDir)) return verifyWithoutJournal(options, config.data)
  await using reader = await openJournalReader(journalDir)
  const { store } = await openOwnStore(options)
  await using _store = store
  const { ok, ledger, brackets, sources, sensors, epochs, warnings, failures } = await audit({
    ...{ store, reader, clock: systemClock },
  })
  print(
    options,
    { ...ledger, brackets, sources, sensors, epochs, failures },
    () => [
      `received     ${equations(ledger).received}`,
      `accepted     ${equations(ledger).accepted}`,
      `missing      ${isSaturated(ledger.lost) ? 'at least ' : ''}${ledger.lost}  (sequence numbers that never came; beside the balance)`,
      `rows         ${sensors} sensors, ${epochs} counts: ${failures === 0 ? 'every row closes' : `${failures} ROWS DO NOT CLOSE`}`,
      `difference   ${ledger.difference}  ${ok ? 'the ledger closes' : 'THE LEDGER DOES NOT CLOSE'}`,
    ],
    { ok, warnings: [...warnings, ...(await unready(config.data))] },
  )
  return ok ? exitCodes.ok : exitCodes.integrity
}

/** The balance closes although everything waits: so a server that does not advance is reported. */
async function unready(dataDir: string): Promise<readonly string[]> {
  const running = await runningServer(dataDir)
  const reasons = (running && (await unreadyReasons(running))) ?? []
  return reasons.map((reason) => `the running server is not ready: ${reason}`)
}

/** A directory that no server has used yet has neither; rows without their journal cannot be checked, and that is a failure. */
async function verifyWithoutJournal(options: PlaceOptions & Spoken, data: string): Promise<number> {
  const { store } = await openOwnStore(options)
  await using _store = store
  const { readings } = await store.counts()
  if (readings > 0)
    throw new CommandFailed(
      exitCodes.integrity,
      `there is no journal in ${data}, and the database holds ${readings} readings: they cannot be checked; is it the right --data?`,
    )
  print(options, nothing, () => [`nothing has been received yet: no journal in ${data}`])
  return exitCodes.ok
}

export interface LedgerListOptions extends PlaceOptions, Spoken {
  readonly source?: string
  readonly device?: string
  readonly cause?: LossCause
  readonly from?: string
  readonly to?: string
  readonly limit?: number
  readonly cursor?: string
}

const limitUsual = 100

export async function ledgerLosses(options: LedgerListOptions): Promise<number> {
  const filter = filterOf(options)
  const { store } = await openOwnStore(options)
  await using _store = store
  const page = await store.losses({ ...filter, ...pageOf(options) })
  const data = { items: page.items.map(lossOnWire), next: page.next, totals: await store.lossTotals(filter) }
  print(
    options,
    data,
    () => [
      ...(data.items.length === 0 ? ['none rejected, none missing before us, none lost by us'] : []),
      ...data.items.map(
        ({ day, cause, frames, detail }) =>
          `${day}  ${cause.padEnd(14)} ${(frames === null ? 'unknown' : `${frames}`).padStart(8)}  ${detail}`,
      ),
      ...data.totals.map(
        ({ cause, frames, uncounted }) =>
          `total       ${cause.padEnd(14)} ${`${isSaturated(frames) ? '>=' : ''}${frames}`.padStart(8)}  ${losses[cause].meaning}${uncounted > 0 ? `, and ${uncounted} of unknown size` : ''}`,
      ),
    ],
    { warnings: more(page.next) },
  )
  return exitCodes.ok
}

export async function ledgerSensors(options: LedgerListOptions): Promise<number> {
  const { cause: _, ...filter } = filterOf(options)
  const { store } = await openOwnStore(options)
  await using _store = store
  const page = await store.sensorDays({ ...filter, ...pageOf(options) })
  const items = page.items.map(sensorDayOnWire)
  print(
    options,
    { items, next: page.next },
    () =>
      items.length === 0
        ? ['no sensor was heard']
        : items.map(
            ({ day, source, device, committed, duplicate, quarantined, lost }) =>
              `${day}  ${source.padEnd(12)} ${device.padEnd(20)} committed ${committed}  duplicate ${duplicate}  quarantined ${quarantined}  lost ${lost}`,
          ),
    { warnings: more(page.next) },
  )
  return exitCodes.ok
}

function filterOf({ source, device, cause, from, to }: LedgerListOptions): LossFilter {
  return {
    ...(source === undefined ? {} : { source }),
    ...(device === undefined ? {} : { device }),
    ...(cause === undefined ? {} : { cause }),
    ...(from === undefined ? {} : { from: dayNumber(Date.parse(from)) }),
    ...(to === undefined ? {} : { to: dayNumber(Date.parse(to)) }),
  }
}

const pageOf = ({ limit = limitUsual, cursor }: LedgerListOptions): Paged => ({
  limit,
  ...(cursor === undefined ? {} : { cursor }),
})

const more = (next: string | null) => (next === null ? [] : [`there is more: --cursor ${next}`])
