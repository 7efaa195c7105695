/** What a driver loads: the page, its styles and its script, compressed, and nothing from elsewhere. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { apiUnderTest, layoutOf } from '../src/api/testing/api-under-test.ts'
import { buildPages } from '../web/src/testing/build-under-test.ts'

const kib = 1_024
const lots = 12

test('no page for drivers is more than 30 KiB compressed with all that it loads first', async (t) => {
  await using build = await buildPages()
  const [south] = layoutOf(['A', 'B']).sites as [ReturnType<typeof layoutOf>['sites'][number]]
  const sites = Array.from({ length: lots }, (_, k) => ({
    ...{ ...south, id: `lot-${k}`, name: `Car park ${k} at the market` },
    levels: south.levels.map((level) => ({
      ...level,
      bays: level.bays.map((bay) => ({ ...bay, id: `${bay.id}${k}` })),
    })),
  }))
  await using api = await apiUnderTest({ layout: { ...layoutOf([]), sites }, distDir: build.dir })
  const bytesOf = async (url: string) => {
    const { rawPayload, statusCode } = await api.app.inject(url)
    assert.equal(statusCode, 200, url)
    return gzipSync(rawPayload).length
  }
  for (const url of ['/', '/lot/lot-1', '/board/all', '/kiosk/all', '/kiosk/all?lot=lot-1', '/embed/all']) {
    const { body } = await api.app.inject(url)
    const loaded = [...body.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|js|svg))"/g)].map(([, file]) => file as string)
    assert.ok(loaded.some((file) => file.endsWith('.js')) && loaded.some((file) => file.endsWith('.css')), url)
    let bytes = await bytesOf(url)
    for (const file of loaded) bytes += await bytesOf(file)
    t.diagnostic(`${url}: ${(bytes / kib).toFixed(1)} KiB`)
    assert.ok(bytes <= 30 * kib, `${url}: ${bytes} bytes`)
  }
})
