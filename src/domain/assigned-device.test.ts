import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instant } from '../lib/brand.ts'
import { type AssignedDevice, type AssignmentPeriod, assignedDevices, changedPeriods } from './assigned-device.ts'
import { plainBay } from './layout.ts'

const ofBays = (bays: Readonly<Record<string, readonly string[]>>): readonly AssignedDevice[] =>
  assignedDevices({
    sites: [
      {
        ...{ id: 's', name: 's', zone: 'UTC' },
        levels: [
          {
            ...{ id: 'l', name: 'l', x: 0, y: 0, w: 9, h: 9, zones: [] },
            bays: Object.entries(bays).map(([id, devices]) => plainBay(id, { x: 0, y: 0 }, { devices })),
          },
        ],
      },
    ],
  })

/** All periods after these layouts took effect, a second apart. */
function periodsOf(layouts: readonly (readonly AssignedDevice[])[]): AssignmentPeriod[] {
  const all = new Map<string, AssignmentPeriod>()
  for (const [i, assigned] of layouts.entries()) {
    const open = [...all.values()].filter(({ to }) => to === null)
    for (const period of changedPeriods(open, assigned, { version: i + 1, at: instant(i * 1_000), author: `a${i}` }))
      all.set(`${period.device} ${period.version}`, period)
  }
  return [...all.values()]
}

test('two devices that are exchanged end two periods and begin two', () => {
  const found = periodsOf([ofBays({ A: ['x'], B: ['y'] }), ofBays({ A: ['y'], B: ['x'] })])
  assert.deepEqual(
    found.map(({ device, bay, from, to, endedBy }) => [device, bay, from, to, endedBy]),
    [
      ['x', 'A', 0, 1_000, 'a1'],
      ['y', 'B', 0, 1_000, 'a1'],
      ['y', 'A', 1_000, null, null],
      ['x', 'B', 1_000, null, null],
    ],
  )
})

test('a layout that changes no device changes no period, and another spelling is no other device', () => {
  assert.equal(periodsOf([ofBays({ A: ['70b3d57ed0001a2b'] }), ofBays({ A: ['70-B3-D5-7E-D0-00-1A-2B'] })]).length, 1)
})

test('at each moment the open periods are the devices of the layout after any past', () => {
  const layout = fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.uniqueArray(fc.constantFrom('1', '2', '3', '4')))
  fc.assert(
    fc.property(fc.array(layout, { minLength: 1, maxLength: 6 }), (layouts) => {
      const assigned = layouts.map(ofBays)
      const open = periodsOf(assigned).filter(({ to }) => to === null)
      const places = (of: readonly AssignedDevice[]) => of.map(({ device, bay }) => `${device} ${bay}`).toSorted()
      assert.deepEqual(places(open), places(assigned.at(-1) ?? []))
    }),
  )
})
