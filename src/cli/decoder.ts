/** `baykeeper decoder list|set|clear`: which decoder reads the frames of a device (docs/specs/which-decoder.md). */
import { modelNames } from '../codecs/lorawan/models.ts'
import { normalHardwareId } from '../domain/hardware-id.ts'
import { type DeviceId, parseId } from '../domain/reading.ts'
import { systemClock } from '../lib/clock.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { openOwnStore, operator } from './own-store.ts'
import type { PlaceOptions } from './place.ts'

export interface DecoderOptions extends PlaceOptions, Spoken {
  readonly source?: string
}

export function checkedDecoder(name: string): string {
  // Which scripts are published is known to the server; one that is not reads nothing.
  if (modelNames.includes(name) || /^codec:[a-z0-9][a-z0-9-]*$/.test(name)) return name
  throw new CommandFailed(
    exitCodes.usage,
    `there is no decoder "${name}"; there are ${modelNames.join(', ')}, and codec:ID for a published script`,
  )
}

export async function decoderList(options: DecoderOptions): Promise<number> {
  const { store } = await openOwnStore(options)
  await using _store = store
  const choices = (await store.decoderChoices()).map(({ chosen, ...choice }) => ({
    ...{ ...choice, chosen: new Date(chosen).toISOString() },
  }))
  print(options, { choices, decoders: modelNames }, () => [
    ...(choices.length === 0 ? ['no decoder was chosen for a device'] : []),
    ...choices.map(
      ({ source, device, decoder, author, chosen }) =>
        `${source.padEnd(12)} ${device.padEnd(24)} ${decoder.padEnd(24)} ${author}, ${chosen}`,
    ),
    `decoders: ${modelNames.join(', ')}`,
  ])
  return exitCodes.ok
}

export async function decoderSet(device: string, decoder: string, options: DecoderOptions): Promise<number> {
  const choice = { ...placeOfDevice(device, options), decoder: checkedDecoder(decoder) }
  const { store } = await openOwnStore(options)
  await using _store = store
  await store.chooseDecoder({ ...choice, author: operator(), chosen: systemClock.now() })
  print(options, choice, () => [
    `${choice.decoder} reads ${choice.device} of ${choice.source} from now on`,
    `its dead letters: baykeeper dlq requeue --source ${choice.source} --code unknown-payload`,
  ])
  return exitCodes.ok
}

export async function decoderClear(device: string, options: DecoderOptions): Promise<number> {
  const choice = placeOfDevice(device, options)
  const { store } = await openOwnStore(options)
  await using _store = store
  const cleared = await store.clearDecoder(choice)
  print(options, { ...choice, cleared }, () => [
    cleared ? `no decoder is chosen for ${choice.device} of ${choice.source} any more` : 'no decoder was chosen for it',
  ])
  return cleared ? exitCodes.ok : exitCodes.failed
}

function placeOfDevice(text: string, { source }: DecoderOptions): { source: string; device: DeviceId } {
  const device = parseId<DeviceId>(normalHardwareId(text.trim()))
  if (device === undefined) throw new CommandFailed(exitCodes.usage, `"${text.slice(0, 40)}" is no device id`)
  if (source === undefined || source === '')
    throw new CommandFailed(exitCodes.usage, 'name the source of the device with --source NAME')
  return { source, device }
}
