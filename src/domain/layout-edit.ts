/**
 * Small changes of a layout: what one person changes of one bay, or where a device is. Each makes a new layout of the one before; what it
 * does not name stays as it is. Pure.
 */
import { fail, ok, type Result } from '../lib/result.ts'
import { cornerOf } from './bay-shape.ts'
import { normalHardwareId } from './hardware-id.ts'
import type { Bay, DeviceFacts, Gate, Layout } from './layout.ts'

/** Null takes an optional field away. */
export type BayFields = {
  readonly [Field in keyof Omit<Bay, 'id' | 'devices'>]?: Bay[Field] | (undefined extends Bay[Field] ? null : never)
}

export interface GateName {
  readonly site: string
  readonly gate: string
}

export interface BayEdit {
  readonly is: 'bay'
  readonly id: string
  readonly set: BayFields
}

/** The device belongs there from now on, and nowhere else. */
export interface AssignEdit {
  readonly is: 'assign'
  readonly device: string
  readonly to: { readonly bay: string } | GateName
  /** The device that it takes the place of there: it is assigned to nothing from now on. */
  readonly replaces?: string | undefined
}

/** Each of two devices takes the place of the other. */
export interface SwapEdit {
  readonly is: 'swap'
  readonly devices: readonly [string, string]
}

export interface UnassignEdit {
  readonly is: 'unassign'
  readonly device: string
}

/** What is known of a device beyond its readings; null takes a field away. */
export interface DeviceEdit {
  readonly is: 'device'
  readonly device: string
  readonly set: { readonly [Field in keyof Omit<DeviceFacts, 'device'>]?: DeviceFacts[Field] | null }
}

export type LayoutEdit = BayEdit | AssignEdit | SwapEdit | UnassignEdit | DeviceEdit

export interface EditFault {
  /** Index of the edit. */
  readonly edit: number
  /** `missing`: it names what is not there. `conflict`: the layout is not as it assumes. */
  readonly is: 'missing' | 'conflict'
  readonly message: string
}

/** The first edit that cannot be made refuses all of them. The same layout when nothing changes. */
export function editedLayout(layout: Layout, edits: readonly LayoutEdit[]): Result<Layout, EditFault> {
  const draft = createDraft(layout)
  for (const [edit, change] of edits.entries()) {
    const fault = apply[change.is](draft, change as never)
    if (fault) return fail({ edit, ...fault })
  }
  return ok(draft.layout())
}

type Fault = Omit<EditFault, 'edit'> | undefined
type Apply = { readonly [Is in LayoutEdit['is']]: (draft: Draft, edit: Extract<LayoutEdit, { is: Is }>) => Fault }

const apply: Apply = {
  bay(draft, { id, set }) {
    const bay = draft.bay(id)
    if (!bay) return missing(`there is no bay ${id} in the layout`)
    const changed = changedBay(bay, set)
    if (JSON.stringify(changed) !== JSON.stringify(bay)) draft.setBay(id, changed)
    return undefined
  },
  assign(draft, { device, to, replaces }) {
    const place = placeOf(draft, to)
    if (!place) return missing(`there is no ${nameOf(to)} in the layout`)
    if (replaces !== undefined) {
      const at = draft.placeOf(replaces)
      if (!at || !isSame(at, to))
        return conflict(`device ${replaces} is not assigned to ${nameOf(to)}${at ? `, but to ${nameOf(at)}` : ''}`)
      if (normalHardwareId(replaces) !== normalHardwareId(device)) draft.take(replaces)
    }
    draft.put(device, to)
    return undefined
  },
  swap(draft, { devices: [one, other] }) {
    const [ofOne, ofOther] = [draft.placeOf(one), draft.placeOf(other)]
    if (!ofOne || !ofOther) return missing(`device ${ofOne ? other : one} is assigned to nothing: assign it instead`)
    draft.put(one, ofOther)
    draft.put(other, ofOne)
    return undefined
  },
  unassign(draft, { device }) {
    if (!draft.placeOf(device)) return missing(`device ${device} is assigned to nothing`)
    draft.take(device)
    return undefined
  },
  device(draft, { device, set }) {
    draft.setFacts(device, set)
    return undefined
  },
}

const missing = (message: string): Fault => ({ is: 'missing', message })
const conflict = (message: string): Fault => ({ is: 'conflict', message })

type PlaceName = AssignEdit['to']
const nameOf = (to: PlaceName) => ('bay' in to ? `bay ${to.bay}` : `gate ${to.gate} of site ${to.site}`)
const placeOf = (draft: Draft, to: PlaceName) => ('bay' in to ? draft.bay(to.bay) : draft.gate(to))
const isSame = (a: PlaceName, b: PlaceName) => keyOf(a) === keyOf(b)
const keyOf = (to: PlaceName) => JSON.stringify('bay' in to ? [to.bay] : [to.site, to.gate])

function changedBay(bay: Bay, set: BayFields): Bay {
  const fields = Object.entries({ ...bay, ...set }).filter(([, value]) => value !== null && value !== undefined)
  const changed = Object.fromEntries(fields) as unknown as Bay
  if (!changed.polygon) return changed
  if (set.polygon) return { ...changed, ...cornerOf(changed.polygon) }
  // The outline moves with its place.
  const [dx, dy] = [changed.x - bay.x, changed.y - bay.y]
  if (dx === 0 && dy === 0) return changed
  return { ...changed, polygon: changed.polygon.map(({ x, y }) => ({ x: x + dx, y: y + dy })) }
}

/** A layout that is being changed: what is not touched is shared with the one before. */
type Draft = ReturnType<typeof createDraft>

function createDraft(layout: Layout) {
  const bays = new Map<string, Bay>()
  const gates = new Map<string, Gate>()
  const places = new Map<string, PlaceName>()
  const changedBays = new Map<string, Bay>()
  const changedGates = new Map<string, Gate>()
  let facts: readonly DeviceFacts[] = layout.devices ?? []
  for (const { id: site, levels, gates: own = [] } of layout.sites) {
    for (const level of levels)
      for (const bay of level.bays) {
        bays.set(bay.id, bay)
        for (const device of bay.devices) places.set(normalHardwareId(device), { bay: bay.id })
      }
    for (const gate of own) {
      gates.set(keyOf({ site, gate: gate.id }), gate)
      for (const device of gate.devices) places.set(normalHardwareId(device), { site, gate: gate.id })
    }
  }
  const bay = (id: string) => changedBays.get(id) ?? bays.get(id)
  const gate = (name: GateName) => changedGates.get(keyOf(name)) ?? gates.get(keyOf(name))
  function setDevices(place: PlaceName, change: (devices: readonly string[]) => readonly string[]) {
    if ('bay' in place) {
      const found = bay(place.bay)
      if (found) changedBays.set(found.id, { ...found, devices: change(found.devices) })
      return
    }
    const found = gate(place)
    if (found) changedGates.set(keyOf(place), { ...found, devices: change(found.devices) })
  }
  const without = (device: string) => (devices: readonly string[]) =>
    devices.filter((each) => normalHardwareId(each) !== normalHardwareId(device))
  const take = (device: string) => {
    const place = places.get(normalHardwareId(device))
    if (place) setDevices(place, without(device))
    places.delete(normalHardwareId(device))
  }
  return {
    bay,
    gate,
    setBay: (id: string, changed: Bay) => void changedBays.set(id, changed),
    placeOf: (device: string) => places.get(normalHardwareId(device)),
    take,
    put(device: string, place: PlaceName) {
      const before = places.get(normalHardwareId(device))
      if (before && isSame(before, place)) return
      take(device)
      setDevices(place, (devices) => [...devices, device])
      places.set(normalHardwareId(device), place)
    },
    setFacts(device: string, set: DeviceEdit['set']) {
      facts = withFacts(facts, device, set)
    },
    layout() {
      const changed = withChanges(layout, changedBays, changedGates)
      return facts === layout.devices || (facts.length === 0 && !layout.devices)
        ? changed
        : { ...changed, devices: facts }
    },
  }
}

/** The same list when nothing changes. */
function withFacts(facts: readonly DeviceFacts[], device: string, set: DeviceEdit['set']): readonly DeviceFacts[] {
  const name = normalHardwareId(device)
  const before = facts.find((each) => normalHardwareId(each.device) === name)
  const merged = Object.entries({ ...before, ...set, device: before?.device ?? device })
  const after = Object.fromEntries(merged.filter(([, value]) => value !== null && value !== undefined))
  if (JSON.stringify(before ?? { device }) === JSON.stringify(after)) return facts
  const others = facts.filter((each) => each !== before)
  return Object.keys(after).length > 1 ? [...others, after as unknown as DeviceFacts] : others
}

function withChanges(layout: Layout, bays: ReadonlyMap<string, Bay>, gates: ReadonlyMap<string, Gate>): Layout {
  if (bays.size + gates.size === 0) return layout
  const sites = layout.sites.map((site) => ({
    ...site,
    levels: site.levels.map((level) =>
      level.bays.some(({ id }) => bays.has(id))
        ? { ...level, bays: level.bays.map((each) => bays.get(each.id) ?? each) }
        : level,
    ),
    ...(site.gates
      ? { gates: site.gates.map((each) => gates.get(keyOf({ site: site.id, gate: each.id })) ?? each) }
      : {}),
  }))
  return { ...layout, sites }
}
