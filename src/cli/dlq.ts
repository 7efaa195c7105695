/** `baykeeper dlq list|show|requeue|discard`: frames nobody could use, with their bytes; another try for them, or their end. */
import { systemClock } from '../lib/clock.ts'
import { hexDump } from '../lib/hex-dump.ts'
import type { Store } from '../store/store.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { openOwnStore, operator } from './own-store.ts'
import { type PlaceOptions, runningServer } from './place.ts'

export interface DlqOptions extends PlaceOptions, Spoken {
  readonly source?: string
  readonly code?: string
  readonly limit?: number
}

export async function dlqList(options: DlqOptions): Promise<number> {
  const { store } = await openOwnStore(options)
  await using _store = store
  const { limit = 100 } = options
  const filter = {
    limit,
    ...(options.source ? { source: options.source } : {}),
    ...(options.code ? { code: options.code } : {}),
  }
  const { items, next } = await store.deadLetters(filter)
  const shown = items.map(({ pos, idx, source, code, detail, arrived, state, bytes }) => ({
    id: `${pos}.${idx}`,
    source,
    code,
    detail,
    arrived: new Date(arrived).toISOString(),
    state,
    bytes: Buffer.from(bytes).toString('base64'),
    text: new TextDecoder().decode(bytes.subarray(0, 200)),
  }))
  print(
    options,
    { items: shown, next },
    () =>
      shown.length === 0
        ? ['no dead letters']
        : shown.map(
            ({ id, source, code, detail, text }) =>
              `${id.padEnd(14)} ${source.padEnd(12)} ${code.padEnd(18)} ${detail}\n${' '.repeat(15)}${JSON.stringify(text)}`,
          ),
    { warnings: next ? [`more than ${limit}: raise --limit`] : [] },
  )
  return exitCodes.ok
}

export async function dlqRequeue(ids: readonly string[], options: DlqOptions & { all?: boolean }): Promise<number> {
  if (ids.length > 0 && (options.all || options.code || options.source))
    throw new CommandFailed(exitCodes.usage, 'give ids, or a selection (--all, --source, --code), not both')
  if (ids.length === 0 && !options.all && !options.code && !options.source)
    throw new CommandFailed(
      exitCodes.usage,
      'say which: ids as "dlq list" shows them, --code CODE, --source NAME, or --all',
    )
  const places = ids.map(placeFrom)
  const { store, data } = await openOwnStore(options)
  await using _store = store
  let marked = 0
  for (const place of places) marked += await store.requeue(place)
  if (ids.length === 0)
    marked = await store.requeue({
      ...(options.code ? { code: options.code } : {}),
      ...(options.source ? { source: options.source } : {}),
    })
  const running = await runningServer(data)
  print(options, { marked }, () => [`${marked} marked for another try`], {
    warnings: running ? [] : ['no server runs here: they are tried when it starts'],
  })
  return exitCodes.ok
}

export async function dlqShow(id: string, options: PlaceOptions & Spoken): Promise<number> {
  const place = placeFrom(id)
  const { store } = await openOwnStore(options)
  await using _store = store
  const letter = await store.deadLetter(place.pos, place.idx)
  if (!letter) throw await absent(store, id)
  const { source, codec, arrived, code, detail, head, bytes, state } = letter
  const data = {
    ...{ id, source, codec, arrived: new Date(arrived).toISOString(), code, detail, state, size: bytes.length },
    ...{ head: JSON.parse(head) as unknown, bytes: Buffer.from(bytes).toString('base64'), hex: hexDump(bytes) },
  }
  print(options, data, () => [
    `${id}  ${source}, codec ${codec}, arrived ${data.arrived}, ${state}`,
    `${code}: ${detail}`,
    `${bytes.length} bytes`,
    ...data.hex,
  ])
  return exitCodes.ok
}

export async function dlqDiscard(
  id: string,
  options: PlaceOptions & Spoken & { readonly reason?: string },
): Promise<number> {
  const place = placeFrom(id)
  const reason = options.reason?.trim() ?? ''
  if (reason.length < reasonCharsMin || reason.length > reasonCharsMax)
    throw new CommandFailed(
      exitCodes.usage,
      `say why with --reason TEXT, ${reasonCharsMin} to ${reasonCharsMax} characters: it is kept in the ledger`,
    )
  const { store } = await openOwnStore(options)
  await using _store = store
  const done = await store.discard({ ...place, author: operator(), reason, now: systemClock.now() })
  if (done === 'requeued')
    throw new CommandFailed(exitCodes.failed, `${id} is about to be decoded again: try when that is done`)
  const discarded = done === 'discarded' ? 1 : 0
  print(options, { discarded }, () => [
    discarded ? `${id} was discarded; the ledger goes on counting it as quarantined` : `there is no dead letter ${id}`,
  ])
  return exitCodes.ok
}

/** As the API takes them (contract/losses.ts). */
const reasonCharsMin = 3
const reasonCharsMax = 400

function placeFrom(id: string): { pos: number; idx: number } {
  const [, pos, idx] = /^(\d{1,16})\.(\d{1,16})$/.exec(id) ?? []
  if (pos === undefined || idx === undefined)
    throw new CommandFailed(exitCodes.usage, `"${id}" is no dead letter id; it looks like 1234.0`)
  return { pos: Number(pos), idx: Number(idx) }
}

async function absent(store: Store, id: string): Promise<CommandFailed> {
  const { pos, idx } = placeFrom(id)
  const gone = await store.discardOf(pos, idx)
  const when = gone && new Date(gone.discarded).toISOString()
  return new CommandFailed(
    exitCodes.failed,
    gone
      ? `${id} was discarded by ${gone.author} at ${when}: ${gone.reason} (${gone.size} bytes, SHA-256 ${gone.sha256})`
      : `there is no dead letter ${id}; one that was decoded again is none any more`,
  )
}
