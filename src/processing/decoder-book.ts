/**
 * Which decoder reads the frames of a source: what operators chose for devices (table `decoder_choice`) and for sources (configuration).
 * The choices are read again before dead letters are decoded again, and with every look for operator commands.
 */

import type { Codec } from '../codecs/codec.ts'
import { createLorawanCodec } from '../codecs/lorawan/decode.ts'
import { codecOf } from '../codecs/registry.ts'
import type { DecoderChoice } from '../store/store.ts'
import type { CodecOf } from './decode-record.ts'

export interface DecoderBookDeps {
  readonly store: { decoderChoices(): Promise<readonly DecoderChoice[]> }
  /** By name of the source, as configured. */
  readonly codecs: Readonly<Record<string, string>>
  readonly decoders: Readonly<Record<string, string>>
}

export interface DecoderBook {
  refresh(): Promise<void>
  readonly codecOf: CodecOf
}

export function createDecoderBook({ store, codecs, decoders }: DecoderBookDeps): DecoderBook {
  let chosen: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map()
  const bySource = new Map<string, Codec>()
  const own = (settings: Readonly<Record<string, string>>, source: string) =>
    Object.hasOwn(settings, source) ? settings[source] : undefined
  const lorawanOf = (source: string) =>
    bySource.getOrInsertComputed(source, () =>
      createLorawanCodec({
        ofDevice: (device) => chosen.get(source)?.get(device),
        ofSource: own(decoders, source),
      }),
    )
  return {
    async refresh() {
      const ofSources = Map.groupBy(await store.decoderChoices(), ({ source }) => source)
      chosen = new Map(
        [...ofSources].map(([source, list]) => [source, new Map(list.map(({ device, decoder }) => [device, decoder]))]),
      )
    },
    codecOf(name, source) {
      const codec = codecOf(own(codecs, source) ?? name)
      return codec?.name === 'lorawan' ? lorawanOf(source) : codec
    },
  }
}
