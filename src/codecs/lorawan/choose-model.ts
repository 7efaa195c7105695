/**
 * Which model a device is (docs/specs/which-decoder.md): assigned in Baykeeper, else named by the envelope with vendor and model, else set
 * for the source. Names are matched whole; a word in a name chooses nothing.
 */
import { plain } from './mapping/words.ts'
import { type Model, modelOf, models, type PublishedScript } from './models.ts'
import type { ScriptAnswer, ScriptFrame } from './script-answer.ts'

/** What an envelope contains about the kind of its device. */
export type Identifier =
  /** Vendor and model in separate fields. */
  | { readonly vendor: string; readonly model: string }
  /** A name that may be vendor and model: a device profile, a device type. */
  | { readonly name: string }
  /** The name of a decoder, set in the network server for us. */
  | { readonly decoder: string }

/** What an operator has chosen, by device and by source. */
export interface DecoderChoices {
  ofDevice(device: string): string | undefined
  readonly ofSource?: string | undefined
  /** Scripts that people have published, and which may read frames of this source. */
  readonly scripts?: readonly PublishedScript[]
  /** What a script made of a frame; undefined: it was not run. */
  answerOf?(script: PublishedScript['script'], frame: ScriptFrame): ScriptAnswer | undefined
}

export type Choice =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'none' }
  /** More than one model is named. */
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] }

const none: Choice = { kind: 'none' }

/** `application`: of the network server, by its id there. */
export function chooseModel(
  device: string,
  identifiers: readonly Identifier[],
  { ofDevice, ofSource, scripts = [] }: DecoderChoices,
  application?: string,
): Choice {
  const chosen = ofDevice(device)
  const assigned = scripts.find(({ name }) => name === chosen) ?? modelOf(chosen)
  if (assigned) return { kind: 'model', model: assigned }
  const named = new Set(identifiers.flatMap((identifier) => modelNamed(identifier, scripts) ?? []))
  if (named.size > 1) return { kind: 'ambiguous', names: [...named].map(({ name }) => name) }
  const [only] = named
  if (only) return { kind: 'model', model: only }
  // A model we do not know was not meant by the choice for the whole source.
  if (identifiers.some((identifier) => 'vendor' in identifier)) return none
  const published = scripts.filter((script) => script.application !== undefined && script.application === application)
  if (published.length === 0) published.push(...scripts.filter(({ source }) => source !== undefined))
  if (published.length > 1) return { kind: 'ambiguous', names: published.map(({ name }) => name) }
  const ofAll = published[0] ?? modelOf(ofSource)
  return ofAll ? { kind: 'model', model: ofAll } : none
}

/** A script that was published for a model stands before what is built in. */
function modelNamed(identifier: Identifier, scripts: readonly PublishedScript[]): Model | undefined {
  if ('decoder' in identifier) {
    const name = identifier.decoder.trim().toLowerCase()
    return scripts.find((script) => script.name === name) ?? modelOf(name)
  }
  const all = scripts.length === 0 ? models : [...scripts, ...models]
  if ('vendor' in identifier) return byPair(all, plain(identifier.vendor), plain(identifier.model))
  const whole = wholeName(identifier.name)
  return all.find(({ vendors, models: ids }) => vendors.some((vendor) => ids.some((id) => whole === vendor + id)))
}

const byPair = (all: readonly Model[], vendor: string, id: string): Model | undefined =>
  all.find(({ vendors, models: ids }) => vendors.includes(vendor) && ids.includes(id))

/** Region, device class, activation and version of LoRaWAN say nothing of the model and may follow it. */
const suffix =
  /[\s_(,/-]*(?:eu868|eu433|us915|us902|au915|as923(?:[\s_-]?[1-4])?|kr920|in865|cn470|ru864|class\s?[abc]|otaa|abp|lorawan(?:\s?v?1\.[01](?:\.\d)?[a-b]?)?|v?1\.[01]\.\d[ab]?)\)?\s*$/i
const nameCharsMax = 128
const suffixesMax = 6

function wholeName(name: string): string {
  let text = name.slice(0, nameCharsMax).trim()
  for (let i = 0; i < suffixesMax; i++) text = text.replace(suffix, '')
  return name.length > nameCharsMax ? '' : plain(text)
}
