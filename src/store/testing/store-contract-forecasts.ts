/** The part of the contract that keeps forecasts, scoreboards and trainings (forecasts.ts). */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { instant } from '../../lib/brand.ts'
import type { Store } from '../store.ts'
import type { IssuedForecastRow, TrainingRow } from '../tables/forecast.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDevice, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const quarterMs = 15 * 60_000
const anIssue = (k: number, row: Partial<IssuedForecastRow> = {}): IssuedForecastRow => ({
  ...{ site: 'S', origin: instant(at + k * quarterMs), issued: instant(at + k * quarterMs + 5), model: 'c0ffee' },
  ...{ head: '{"lots":["S"]}', body: Uint8Array.of(0, 255, k), ...row },
})
const aTraining = (row: Partial<TrainingRow> = {}): Omit<TrainingRow, 'id'> => ({
  ...{ asked: at, author: 'desk', state: 'asked', started: null, ended: null, beat: at, progress: null },
  ...{ detail: 'It waits.', ...row },
})

export function forecastContract(onStore: OnStore): void {
  describe('forecasts', () => {
    onStore('the newest of an origin stays, and is what pages are shown', async (store) => {
      assert.equal(await store.shownForecast('S'), undefined)
      for (const row of [anIssue(0), anIssue(1), anIssue(0, { site: 'T' })]) await store.saveForecast(row, 'old')
      const again = anIssue(1, { issued: instant(at + quarterMs + 9), body: new Uint8Array(70_000).fill(7) })
      await store.saveForecast(again, 'ä'.repeat(70_000))
      const all = await store.issuedForecasts({ site: 'S', from: at, to: instant(at + 9 * quarterMs), limit: 9 })
      assert.deepEqual(
        all.map(({ body, ...row }) => ({ ...row, body: Uint8Array.from(body) })),
        [anIssue(0), again],
      )
      assert.deepEqual(await store.shownForecast('S'), { at: again.issued, document: 'ä'.repeat(70_000) })
      const some = (from: number, to: number, limit = 9) =>
        store.issuedForecasts({ site: 'S', from: instant(from), to: instant(to), limit })
      assert.equal((await some(at, at + quarterMs)).length, 1)
      assert.equal((await some(at + 1, at + quarterMs)).length, 0)
      assert.equal((await some(at, at + 9 * quarterMs, 1))[0]?.origin, at)
      const every = { site: 'S', from: at, to: instant(at + 9 * quarterMs), everyMs: 2 * quarterMs, limit: 9 }
      assert.deepEqual(
        (await store.issuedForecasts(every)).map(({ origin }) => origin),
        [at],
      )
      await assert.rejects(store.saveForecast(anIssue(0, { issued: instant(Number.NaN) }), ''), { fault: 'data' })
    })

    onStore('old origins are forgotten, however many', async (store) => {
      for (let k = 0; k < 230; k++) await store.saveForecast(anIssue(k), 'x')
      assert.equal(await store.forgetForecasts(instant(at + 225 * quarterMs)), 225)
      assert.equal(await store.forgetForecasts(instant(at + 225 * quarterMs)), 0)
      const left = await store.issuedForecasts({ site: 'S', from: at, to: instant(at + 999 * quarterMs), limit: 99 })
      assert.deepEqual(
        left.map(({ origin }) => (origin - at) / quarterMs),
        [225, 226, 227, 228, 229],
      )
    })

    onStore('the scoreboard of a site is the newest one', async (store) => {
      assert.equal(await store.forecastQuality('S'), undefined)
      await store.saveForecastQuality('S', { at, document: 'first' })
      await store.saveForecastQuality('S', { at: instant(at + 1), document: 'second' })
      assert.deepEqual(await store.forecastQuality('S'), { at: at + 1, document: 'second' })
    })

    onStore('the newest arrival is that of any device', async (store) => {
      assert.equal(await store.newestArrival(), undefined)
      const lastArrived = [instant(at + 5), instant(at + 90), instant(at)]
      await store.commit(aBatch({ devices: lastArrived.map((each, i) => aDevice(i + 1, { lastArrived: each })) }))
      assert.equal(await store.newestArrival(), at + 90)
    })

    onStore('a training changes only from a state it is in, so that two never work on one', async (store) => {
      assert.equal(await store.newestTraining(), undefined)
      const id = await store.addTraining(aTraining())
      const claim = () => store.changeTraining(id, ['asked'], { state: 'running', started: at, detail: 'It reads.' })
      assert.deepEqual((await Promise.all([claim(), claim()])).sort(), [false, true])
      assert.equal(await store.changeTraining(id, ['running'], { beat: instant(at + 1), progress: '{}' }), true)
      assert.deepEqual(await store.newestTraining(), {
        ...{ ...aTraining(), id, state: 'running', started: at, beat: at + 1, progress: '{}', detail: 'It reads.' },
      })
      assert.ok((await store.addTraining(aTraining({ author: 'night' }))) > id)
      assert.equal((await store.newestTraining())?.author, 'night')
    })
  })
}
