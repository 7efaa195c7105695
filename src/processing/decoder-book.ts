/**
 * Which decoder reads the frames of a source: what operators chose for devices (table `decoder_choice`) and for sources (configuration), and
 * the scripts that they have published (codec-book.ts). The choices are read again before dead letters are decoded again, and with every look
 * for operator commands.
 *
 * Scripts run beside the event loop, and frames are decoded in it, in one go. So frames are decoded twice where there are scripts: `prepare`
 * finds out what they are asked and waits for their answers, which then stand ready.
 */

import type { RejectionCode } from '@baykeeper/contract/vocabulary.ts'
import type { Codec } from '../codecs/codec.ts'
import type { DecoderChoices } from '../codecs/lorawan/choose-model.ts'
import { createLorawanCodec } from '../codecs/lorawan/decode.ts'
import type { PublishedScript } from '../codecs/lorawan/models.ts'
import type { ScriptAnswer, ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { codecOf } from '../codecs/registry.ts'
import { ok } from '../lib/result.ts'
import type { DecoderChoice } from '../store/store.ts'
import type { CodecOf } from './decode-record.ts'

/** Where scripts run. */
export interface ScriptRunner {
  run(
    script: Pick<PublishedScript['script'], 'hash' | 'text'>,
    frames: readonly ScriptFrame[],
  ): Promise<readonly ScriptAnswer[]>
}

export interface DecoderBookDeps {
  readonly store: {
    decoderChoices(): Promise<readonly DecoderChoice[]>
    /** Absent: what waits for a decoder is requeued with the choice alone. */
    requeue?(which: { readonly source: string; readonly code: RejectionCode }): Promise<number>
  }
  /** By name of the source, as configured. */
  readonly codecs: Readonly<Record<string, string>>
  readonly decoders: Readonly<Record<string, string>>
  /** Absent: frames for scripts are rejected. */
  readonly runner?: ScriptRunner
}

export interface DecoderBook {
  refresh(): Promise<void>
  readonly codecOf: CodecOf
  readonly prepare: PrepareScripts
}

/** `scripts`: those in force from now on. `decode`: decodes all that is decoded next with `codecOf`. */
export type PrepareScripts = (scripts: readonly PublishedScript[], decode: () => void) => Promise<void>

/** While it is found out what scripts are asked, nothing else is decoded. */
const passing: Codec = { name: 'none', decode: () => ok([]) }

interface Asked {
  readonly script: PublishedScript['script']
  readonly frame: ScriptFrame
  readonly key: string
}

async function answered(runner: ScriptRunner, all: readonly Asked[]): Promise<ReadonlyMap<string, ScriptAnswer>> {
  const found = new Map<string, ScriptAnswer>()
  const ofScripts = Map.groupBy(all, ({ script }) => script.hash)
  await Promise.all(
    [...ofScripts.values()].map(async (list) => {
      const [{ script }] = list as [Asked]
      const given = await runner.run(
        script,
        list.map(({ frame }) => frame),
      )
      for (const [i, { key }] of list.entries()) {
        const answer = given[i]
        if (answer) found.set(key, answer)
      }
    }),
  )
  return found
}

/**
 * A choice is seen here a moment after it was made. What came in between was rejected for want of a decoder, behind what was requeued with the choice:
 * it is requeued when the choice is seen, and with the look after that, as a batch that was decoded before it may have been committed since.
 */
function createWaitingLetters(store: DecoderBookDeps['store']) {
  let known: ReadonlyMap<string, string> | undefined
  let seenBefore: readonly string[] = []
  return {
    async look(ofSources: ReadonlyMap<string, readonly DecoderChoice[]>): Promise<void> {
      const now = new Map(
        [...ofSources].map(([source, list]) => [source, JSON.stringify(list.map((one) => JSON.stringify(one)).sort())]),
      )
      const changed =
        known === undefined ? [] : [...now.keys()].filter((source) => known?.get(source) !== now.get(source))
      for (const source of new Set([...changed, ...seenBefore]))
        await store.requeue?.({ source, code: 'unknown-payload' })
      known = now
      seenBefore = changed
    },
  }
}

export function createDecoderBook({ store, codecs, decoders, runner }: DecoderBookDeps): DecoderBook {
  let chosen: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map()
  let scripts: readonly PublishedScript[] = []
  let asked: Map<string, Asked> | undefined
  let answers: ReadonlyMap<string, ScriptAnswer> = new Map()
  /** Of the frames before those: some are decoded once more when a commit fails. */
  let earlier: typeof answers = new Map()
  const bySource = new Map<string, Codec>()
  const waiting = createWaitingLetters(store)
  const own = (settings: Readonly<Record<string, string>>, source: string) =>
    Object.hasOwn(settings, source) ? settings[source] : undefined

  function answerOf(script: PublishedScript['script'], frame: ScriptFrame): ScriptAnswer | undefined {
    const key = `${script.hash} ${frame.fPort ?? ''} ${frame.recvTime} ${frame.bytes.toHex()}`
    asked?.set(key, { script, frame, key })
    return answers.get(key) ?? earlier.get(key)
  }

  const lorawanOf = (source: string) =>
    bySource.getOrInsertComputed(source, () => {
      const choices: DecoderChoices = {
        ofDevice: (device) => chosen.get(source)?.get(device),
        ofSource: own(decoders, source),
        get scripts() {
          return scripts.filter((script) => script.source === undefined || script.source === source)
        },
        answerOf,
      }
      return createLorawanCodec(choices)
    })

  return {
    async refresh() {
      const ofSources = Map.groupBy(await store.decoderChoices(), ({ source }) => source)
      chosen = new Map(
        [...ofSources].map(([source, list]) => [source, new Map(list.map(({ device, decoder }) => [device, decoder]))]),
      )
      await waiting.look(ofSources)
    },
    codecOf(name, source) {
      const codec = codecOf(own(codecs, source) ?? name)
      if (codec?.name === 'lorawan') return lorawanOf(source)
      return codec && asked ? passing : codec
    },
    async prepare(inForce, decode) {
      scripts = inForce
      if (scripts.length === 0 || !runner) return
      const questions = new Map<string, Asked>()
      asked = questions
      try {
        decode()
      } finally {
        asked = undefined
      }
      if (questions.size === 0) return
      earlier = answers
      answers = await answered(runner, [...questions.values()])
    },
  }
}
