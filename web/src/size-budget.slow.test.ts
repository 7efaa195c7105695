import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { constants, gzipSync } from 'node:zlib'
import { type Build, buildPages } from './testing/build-under-test.ts'

let build: Build
before(async () => {
  build = await buildPages()
})
after(() => build[Symbol.asyncDispose]())

const kib = 1_024
const zipped = async (files: readonly string[]) => {
  let bytes = 0
  for (const file of files) bytes += gzipSync(await build.read(file), { level: constants.Z_BEST_COMPRESSION }).length
  return bytes
}

for (const [page, kind, lazy, limit] of [
  ['desk', 'scripts', false, 60],
  ['desk', 'styles', false, 8],
  ['public', 'scripts', false, 9],
  ['public', 'styles', false, 8],
  ['public', 'scripts', true, 14],
] as const)
  test(`${kind} of the ${page} page ${lazy ? 'with all it loads later ' : ''}stay within ${limit} KiB compressed`, async (t) => {
    const bytes = await zipped(build.filesOf(page, lazy)[kind])
    t.diagnostic(`${(bytes / kib).toFixed(1)} KiB`)
    assert.ok(bytes > 0 && bytes <= limit * kib, `${bytes} bytes`)
  })

test('each page that is fetched when it is opened adds no more than 35 KiB compressed, all together 170', async (t) => {
  const routes = build.routes()
  assert.ok(routes.size >= 3, [...routes.keys()].join())
  for (const [name, files] of routes) {
    const bytes = await zipped(files)
    t.diagnostic(`${name}: ${(bytes / kib).toFixed(1)} KiB`)
    assert.ok(bytes > 0 && bytes <= 35 * kib, `${name}: ${bytes} bytes`)
  }
  const all = await zipped([...new Set([...routes.values()].flat())])
  assert.ok(all <= 170 * kib, `${all} bytes`)
})

test('no file names another host, and none makes code out of text', async () => {
  const files = (['desk', 'public'] as const).flatMap((page) => {
    const { scripts, styles } = build.filesOf(page, true)
    return [...scripts, ...styles]
  })
  for (const file of new Set(files)) {
    const text = (await build.read(file)).toString('utf8')
    // Never fetched: names of XML namespaces; the curl line, which shows the reader's own host; the page that errors of the passkey library name.
    const hosts = (text.match(/https?:\/\/[^\s"'`)]+/g) ?? []).filter(
      (url) => !/^(?:http:\/\/www\.w3\.org\/|http:\/\/\$\{location\.hostname\})/.test(url),
    )
    assert.deepEqual(hosts, [], file)
    assert.doesNotMatch(text, /\beval\(|new Function\(|@import|url\(/, file)
  }
})
