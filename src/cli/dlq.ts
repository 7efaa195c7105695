/** `baykeeper dlq list|show|requeue|discard`: lists quarantined frames with their bytes, retries or discards them. */
import { deviceOfUplink } from '../codecs/lorawan/decode.ts'
import type { UplinkHead } from '../domain/uplink.ts'
import { systemClock } from '../lib/clock.ts'
import { hexDump } from '../lib/hex-dump.ts'
import type { DecoderChoice, Store, StoredDeadLetter } from '../store/store.ts'
import { checkedDecoder } from './decoder.ts'
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

export async function dlqRequeue(
  ids: readonly string[],
  options: DlqOptions & { all?: boolean; decoder?: string },
): Promise<number> {
  const decoder = options.decoder === undefined ? undefined : checkedDecoder(options.decoder)
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
  const chosen = decoder === undefined ? [] : await chooseDecoders(store, decoder, ids, options)
  let marked = 0
  // What the device sent before waits for the same reason.
  for (const source of new Set(chosen.map((choice) => choice.source)))
    marked += await store.requeue({ source, code: 'unknown-payload' })
  for (const place of places) marked += await store.requeue(place)
  if (ids.length === 0 && decoder === undefined)
    marked += await store.requeue({
      ...(options.code ? { code: options.code } : {}),
      ...(options.source ? { source: options.source } : {}),
    })
  const running = await runningServer(data)
  const lines = chosen.map((choice) => `${choice.decoder} reads ${choice.device} of ${choice.source} from now on`)
  print(options, { marked, chosen }, () => [...lines, `${marked} marked for another try`], {
    warnings: running ? [] : ['no server runs here: they are tried when it starts'],
  })
  return exitCodes.ok
}

/** The decoder is kept for each device that the letters are from. */
async function chooseDecoders(store: Store, decoder: string, ids: readonly string[], options: DlqOptions) {
  const letters = ids.length > 0 ? await lettersOf(store, ids) : await unknownPayloads(store, options.source)
  const chosen = new Map<string, DecoderChoice>()
  for (const { pos, idx, source, head, bytes } of letters) {
    const { meta = {} } = JSON.parse(head) as UplinkHead
    const device = deviceOfUplink(bytes, meta)
    if (device !== undefined)
      chosen.set(`${source} ${device}`, { source, device, decoder, author: operator(), chosen: systemClock.now() })
    else if (ids.length > 0)
      throw new CommandFailed(
        exitCodes.usage,
        `${pos}.${idx} is no uplink of a LoRaWAN device: --decoder chooses for a device`,
      )
  }
  for (const choice of chosen.values()) await store.chooseDecoder(choice)
  return [...chosen.values()]
}

const lettersOf = (store: Store, ids: readonly string[]) =>
  Promise.all(
    ids.map(async (id) => {
      const { pos, idx } = placeFrom(id)
      return (await store.deadLetter(pos, idx)) ?? Promise.reject(await absent(store, id))
    }),
  )

async function unknownPayloads(store: Store, source: string | undefined): Promise<StoredDeadLetter[]> {
  if (source === undefined)
    throw new CommandFailed(
      exitCodes.usage,
      '--decoder needs ids of dead letters, or --source NAME for all of a source',
    )
  const letters: StoredDeadLetter[] = []
  for (let cursor: string | undefined; ; ) {
    const filter = { source, code: 'unknown-payload', limit: 1_000, ...(cursor === undefined ? {} : { cursor }) }
    const page = await store.deadLetters(filter)
    letters.push(...page.items)
    if (page.next === null) return letters
    cursor = page.next
  }
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
