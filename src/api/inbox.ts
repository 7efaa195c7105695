/** Senders whose messages wait for a decoder, read from the newest dead letters. */
import type { Inbox } from '@baykeeper/contract/inbox.ts'
import type { Store, StoredDeadLetter } from '../store/store.ts'
import type { DecoderPort } from './context.ts'
import { iso } from './wire.ts'

/** Messages that are looked at, in pages: the bound of one request. */
const lettersMax = 500
const pageMax = 100
const newestMax = 5

export const waitingCode = 'unknown-payload'

interface Waiting {
  readonly letter: StoredDeadLetter
  readonly preview: NonNullable<ReturnType<DecoderPort['preview']>>
}

export async function inboxOf(store: Pick<Store, 'deadLetters'>, decoders: DecoderPort | undefined): Promise<Inbox> {
  if (!decoders) return { senders: [], decoders: [] }
  const waiting = await newestWaiting(store, decoders)
  const bySender = Map.groupBy(waiting, ({ letter, preview }) => JSON.stringify([letter.source, preview.device]))
  return { senders: [...bySender.values()].map(senderOf), decoders: [...decoders.names] }
}

async function newestWaiting(store: Pick<Store, 'deadLetters'>, decoders: DecoderPort): Promise<Waiting[]> {
  const found: Waiting[] = []
  let cursor: string | null | undefined
  for (let seen = 0; seen < lettersMax && cursor !== null; ) {
    const page = await store.deadLetters({ code: waitingCode, limit: pageMax, ...(cursor ? { cursor } : {}) })
    for (const letter of page.items) {
      const preview = letter.state === 'new' ? decoders.preview(letter.bytes, metaOf(letter)) : undefined
      if (preview) found.push({ letter, preview })
    }
    seen += page.items.length
    cursor = page.items.length === 0 ? null : page.next
  }
  return found
}

/** What the transport knew, as processing has it when it decodes. */
function metaOf({ head }: Pick<StoredDeadLetter, 'head'>): Readonly<Record<string, string>> {
  try {
    const { meta = {} } = JSON.parse(head) as { readonly meta?: Readonly<Record<string, string>> }
    return meta
  } catch {
    // Of an earlier release: the envelope is found by its body alone.
    return {}
  }
}

function senderOf(waiting: readonly Waiting[]): Inbox['senders'][number] {
  const [newest] = waiting as readonly [Waiting, ...Waiting[]]
  const shown = waiting.slice(0, newestMax)
  const names = new Set(waiting.flatMap(({ preview }) => preview.readings.map(({ decoder }) => decoder)))
  const named = new Set(waiting.flatMap(({ preview }) => preview.named ?? []))
  const candidates = [...new Set([...named, ...names])].map((decoder) => ({
    ...{ decoder, named: named.has(decoder) },
    decodes: waiting.filter(({ preview }) => preview.readings.some((each) => each.decoder === decoder)).length,
    readings: shown.flatMap(({ letter, preview }) =>
      preview.readings
        .filter((each) => each.decoder === decoder)
        .map(({ decoder: _, ...reading }) => ({ message: idOf(letter), ...reading })),
    ),
  }))
  return {
    ...{ source: newest.letter.source, device: newest.preview.device, messages: waiting.length },
    ...{ first: iso((waiting.at(-1) as Waiting).letter.arrived), last: iso(newest.letter.arrived) },
    detail: newest.letter.detail,
    newest: shown.map(({ letter, preview }) => ({
      ...{ message: idOf(letter), arrived: iso(letter.arrived), port: preview.fPort ?? null },
      bytes: Buffer.from(preview.bytes).toString('hex'),
    })),
    candidates: candidates.sort((a, b) => Number(b.named) - Number(a.named) || b.decodes - a.decodes),
  }
}

const idOf = ({ pos, idx }: Pick<StoredDeadLetter, 'pos' | 'idx'>) => `${pos}.${idx}`
