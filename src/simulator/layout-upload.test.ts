import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Layout } from '../domain/layout.ts'
import { layoutFaults } from '../domain/layout-faults.ts'
import { cityLayout } from './city-layout.ts'
import { beside } from './layout-upload.ts'
import { layoutOfStays, surveyStays } from './stays-layout.ts'

async function* stays() {
  for (let i = 0; i < 40; i++) yield { bay: `M${i}`, area: i % 3 === 0 ? 'North' : 'South' }
}

test('replayed bays are put below what is there, which stays as it is', async () => {
  const city = cityLayout(100, 1, 'UTC')
  const added = layoutOfStays(await surveyStays(stays()), { name: 'Old', zone: 'UTC' })
  const merged = beside(city, added)
  assert.deepEqual(merged?.sites.slice(0, 4), city.sites)
  const bottom = Math.max(...city.sites.flatMap(({ levels }) => levels.map(({ y, h }) => y + h)))
  const site = merged?.sites[4]
  assert.equal(site?.id, 'old-2')
  assert.ok(site?.levels.every(({ y, bays }) => y > bottom && bays.every((bay) => bay.y > y)))
})

test('of a file that shares bays with the plan the other bays are added, and no bay stands twice', async () => {
  async function* more() {
    for (let i = 35; i < 45; i++) yield { bay: `M${i}`, area: i % 2 === 0 ? 'North' : 'West' }
  }
  const before = layoutOfStays(await surveyStays(stays()), { name: 'Streets', zone: 'UTC' })
  const merged = beside(before, layoutOfStays(await surveyStays(more()), { name: 'Streets', zone: 'UTC' }))
  const ids = merged?.sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays.map(({ id }) => id))) ?? []
  assert.deepEqual(ids.toSorted(), Array.from({ length: 45 }, (_, i) => `M${i}`).sort())
  assert.deepEqual(merged?.sites[0], before.sites[0])
})

test('a server that knows all of the bays is left alone; an empty one takes the layout as it is', async () => {
  const added = layoutOfStays(await surveyStays(stays()), { name: 'Streets', zone: 'UTC' })
  assert.equal(beside(added, added), undefined)
  assert.equal(beside({ ...added, sites: [] }, added), added)
})

test('the server accepts the layout of the simulated city and a second one next to it', async () => {
  const city = cityLayout(300, 7, 'UTC')
  assert.deepEqual(layoutFaults(city), [])
  const survey = await surveyStays(stays())
  const added = layoutOfStays(survey, { name: 'Replay', zone: 'UTC' })
  assert.deepEqual(layoutFaults(beside(city, added) as Layout), [])
})
