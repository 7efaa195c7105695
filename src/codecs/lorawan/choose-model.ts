/**
 * Which model a device is (docs/specs/which-decoder.md): assigned in Baykeeper, else named by the envelope with vendor and model, else set
 * for the source. Names are matched whole; a word in a name chooses nothing.
 */
import { plain } from './mapping/words.ts'
import { type Model, modelOf, models } from './models.ts'

/** What an envelope says about the kind of its device. */
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
}

export type Choice =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'none' }
  /** More than one model is named. */
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] }

const none: Choice = { kind: 'none' }

export function chooseModel(
  device: string,
  identifiers: readonly Identifier[],
  { ofDevice, ofSource }: DecoderChoices,
): Choice {
  const assigned = modelOf(ofDevice(device))
  if (assigned) return { kind: 'model', model: assigned }
  const named = new Set(identifiers.flatMap((identifier) => modelNamed(identifier) ?? []))
  if (named.size > 1) return { kind: 'ambiguous', names: [...named].map(({ name }) => name) }
  const [only] = named
  if (only) return { kind: 'model', model: only }
  // A model we do not know was not meant by the choice for the whole source.
  if (identifiers.some((identifier) => 'vendor' in identifier)) return none
  const ofAll = modelOf(ofSource)
  return ofAll ? { kind: 'model', model: ofAll } : none
}

function modelNamed(identifier: Identifier): Model | undefined {
  if ('decoder' in identifier) return modelOf(identifier.decoder.trim().toLowerCase())
  if ('vendor' in identifier) return byPair(plain(identifier.vendor), plain(identifier.model))
  const whole = wholeName(identifier.name)
  return models.find(({ vendors, models: ids }) => vendors.some((vendor) => ids.some((id) => whole === vendor + id)))
}

const byPair = (vendor: string, id: string): Model | undefined =>
  models.find(({ vendors, models: ids }) => vendors.includes(vendor) && ids.includes(id))

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
