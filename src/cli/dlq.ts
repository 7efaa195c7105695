/** `baykeeper dlq list|requeue`: the frames nobody could use, with their bytes, and another try for them. */
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { storeUrl } from '../store-url.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf, runningServer } from './place.ts'

export interface DlqOptions extends PlaceOptions, Spoken {
  readonly source?: string
  readonly code?: string
  readonly limit?: string
}

async function openOwnStore(options: PlaceOptions): Promise<{ store: Store; data: string }> {
  const { config } = placeOf(options)
  try {
    const store = await openStore(storeUrl(config, config.data), { log: silentLog, clock: systemClock })
    await store.migrate()
    return { store, data: config.data }
  } catch (cause) {
    throw new CommandFailed(exitCodes.unreachable, `the database cannot be reached: ${(cause as Error).message}`, {
      cause,
    })
  }
}

export async function dlqList(options: DlqOptions): Promise<number> {
  const { store } = await openOwnStore(options)
  await using _store = store
  const limit = Math.min(10_000, Number(options.limit ?? 100))
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
  const { store, data } = await openOwnStore(options)
  await using _store = store
  if (ids.length === 0 && !options.all && !options.code && !options.source)
    throw new CommandFailed(
      exitCodes.usage,
      'say which: ids as "dlq list" shows them, --code CODE, --source NAME, or --all',
    )
  let marked = 0
  for (const id of ids) {
    const [pos, idx] = id.split('.').map(Number)
    if (!Number.isSafeInteger(pos) || !Number.isSafeInteger(idx))
      throw new CommandFailed(exitCodes.usage, `"${id}" is no dead letter id; it looks like 1234.0`)
    marked += await store.requeue({ pos: pos as number, idx: idx as number })
  }
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
