/**
 * The device that a label names: what a camera reads from its QR code, or a person types from it. Imports nothing, for pages and server.
 *
 * Read are the QR form of LoRa Alliance TR005 (`LW:D0:JoinEUI:DevEUI:ProfileID` with extensions in any order) and its drafts
 * (`URN:LW:DP:…`, `URN:DEV:LW:…_…_…`), a plain EUI in any spelling, and what vendors print: an address, JSON or `name=value` with a DevEUI, or a
 * text that holds exactly one. Where two ids could be meant none is taken. Keys on a label (AppKey, owner token) are read over and never kept.
 */

export interface DeviceLabel {
  /** In its normal form: 16 upper-case hexadecimal digits, or the name as it is. */
  readonly device: string
  readonly form: 'tr005' | 'eui' | 'vendor' | 'name'
  /** TR005: assigned by the LoRa Alliance, 4 hexadecimal digits each. */
  readonly vendorId?: string
  readonly profileId?: string
}

export type LabelFault = 'empty' | 'long' | 'two-devices' | 'no-device' | 'bad-eui'
export type LabelRead =
  | { readonly ok: true; readonly label: DeviceLabel }
  | { readonly ok: false; readonly fault: LabelFault }

/** The largest QR code holds 4,296 characters. */
const labelCharsMax = 4_296
const nameCharsMax = 128
const fault = (is: LabelFault): LabelRead => ({ ok: false, fault: is })

export function readDeviceLabel(text: string): LabelRead {
  const label = text.replaceAll(/^[\s\ufeff]+|[\s\ufeff]+$/g, '')
  if (label === '') return fault('empty')
  if (label.length > labelCharsMax) return fault('long')
  const plain = euiOf(label)
  if (plain !== undefined) return { ok: true, label: { device: plain, form: 'eui' } }
  if (/^(?:LW:|URN:)/i.test(label)) return allianceLabel(label)
  return namedDevice(label) ?? onlyDevice(label)
}

const plainEui = /^[0-9a-f]{16}$/i
const pairs = /^[0-9a-f]{2}([:\-. ])[0-9a-f]{2}(?:\1[0-9a-f]{2}){6}$/i
const quads = /^[0-9a-f]{4}([:\-. ])[0-9a-f]{4}(?:\1[0-9a-f]{4}){2}$/i

/** All zeros and all ones are placeholders of labels that were never filled in. */
function euiOf(text: string): string | undefined {
  if (!plainEui.test(text) && !pairs.test(text) && !quads.test(text)) return undefined
  const eui = text.replaceAll(/[:\-. ]/g, '').toUpperCase()
  return /^(?:0{16}|F{16})$/.test(eui) ? undefined : eui
}

/** Extensions follow in any order, and hold keys and serial numbers: none is needed. */
const forms: readonly RegExp[] = [
  /^LW:D0:([0-9a-f]*):([0-9a-f]*):?([0-9a-f]{8})?(?::.*)?$/i,
  /^URN:LW:DP:([0-9a-f]*):([0-9a-f]*):?([0-9a-f]{8})?(?::.*)?$/i,
  /^URN:DEV:LW:([0-9a-f]*)_([0-9a-f]*)_?([0-9a-f]{8})?(?:_.*)?$/i,
]

function allianceLabel(text: string): LabelRead {
  const [, , eui = '', profile] = forms.map((form) => form.exec(text)).find((match) => match !== null) ?? []
  const device = euiOf(eui)
  if (device === undefined) return fault('bad-eui')
  const ids = profile === undefined ? {} : { vendorId: profile.slice(0, 4), profileId: profile.slice(4) }
  return { ok: true, label: { device, form: 'tr005', ...ids } }
}

/** `DevEUI=…`, `"dev_eui": "…"`, `?deveui=…`: the name decides before anything else in it; where its value is none, no other id is taken. */
const named =
  /(?:^|[^a-z0-9])dev(?:ice)?[\s_-]?eui["']?\s*[:=]\s*["']?((?:[0-9a-f]{2}[:\-. ]?){7}[0-9a-f]{2})(?![0-9a-f])/gi

const namesDevice = /(?:^|[^a-z0-9])dev(?:ice)?[\s_-]?eui["']?\s*[:=]/i

function namedDevice(text: string): LabelRead | undefined {
  const found = new Set(Array.from(text.matchAll(named), ([, id = '']) => euiOf(id)))
  found.delete(undefined)
  if (found.size > 1) return fault('two-devices')
  const [device] = found
  if (device !== undefined) return { ok: true, label: { device, form: 'vendor' } }
  return namesDevice.test(text) ? fault('bad-eui') : undefined
}

/** Names of other ids with 16 digits: JoinEUI, AppEUI, serial number. */
const otherId =
  /(?<![a-z0-9])(join|app(?:lication)?|serial|seriennummer|s\/?n)(?:[\s_-]?(?:eui|id|key|no\.?|nr\.?|number))?["']?\s*[:=#]?\s*["']?([0-9a-f]{2}(?:[:\-. ]?[0-9a-f]{2}){7})(?![0-9a-z])/gi
/** Serial numbers of Milesight are the DevEUIs of its devices, which begin so. */
const isSerialEui = (name: string, id: string) => /^s/i.test(name) && /^24E124/i.test(id)

/** A text with one EUI in it: longer runs of digits are keys and serial numbers. */
function onlyDevice(text: string): LabelRead {
  const others = (whole: string, name: string, id: string) => (isSerialEui(name, id) ? whole : ' ')
  const rest = text.replaceAll(otherId, others)
  const found = new Set(rest.match(/(?<![0-9a-z])[0-9a-f]{16}(?![0-9a-z])/gi)?.flatMap((id) => euiOf(id) ?? []))
  if (found.size > 1) return fault('two-devices')
  const [device] = found
  if (device !== undefined) return { ok: true, label: { device, form: 'vendor' } }
  // A name of one word, as boards have; no address, no list, no key.
  const isName =
    /^[\p{L}\p{N}][\p{L}\p{N}._/+#-]*$/u.test(text) && text.length <= nameCharsMax && !/^[0-9a-f]{17,}$/i.test(text)
  return isName ? { ok: true, label: { device: text, form: 'name' } } : fault('no-device')
}
