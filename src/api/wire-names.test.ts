/** Every key that leaves or enters the server as JSON is snake case: one spelling, for those who write a client by hand. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { routes } from '@baykeeper/contract/routes.ts'
import * as z from 'zod'
import { commentCharsMax } from '../domain/layout-publication.ts'
import { readingPageMax } from '../store/store.ts'
import { openApi } from './openapi.ts'
import { apiUnderTest, layoutOf, statusOk } from './testing/api-under-test.ts'

const snakeCase = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const contract = new URL('./', import.meta.resolve('@baykeeper/contract/routes.ts'))

/** Names of fields in a JSON schema, or in a document that holds some. */
function* fieldsIn(node: unknown): Generator<string> {
  if (node === null || typeof node !== 'object') return
  for (const [key, inner] of Object.entries(node)) {
    if (key === 'properties') yield* Object.keys(inner as object)
    if (key === 'example' || key === 'examples') yield* keysIn(inner)
    yield* fieldsIn(inner)
  }
}

/** Keys of an example; one of the stream is text with JSON behind each `data:`. */
function* keysIn(value: unknown): Generator<string> {
  if (typeof value === 'string')
    for (const [, json] of value.matchAll(/^data: (\{.*\})$/gm)) yield* keysIn(JSON.parse(json as string))
  else if (Array.isArray(value)) for (const item of value) yield* keysIn(item)
  else if (value !== null && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) yield* [key, ...keysIn(inner)]
}

/** What a browser makes of a passkey is sent as it is: names of Web Authentication (W3C). */
const ofBrowsers = new Set(['rawId', 'clientExtensionResults', 'rpId'])
/** Names of examples, which are no keys of any wire. */
const isName = (key: string) => !/^example-\d+$/.test(key) && !ofBrowsers.has(key)
const notSnakeCase = (keys: Iterable<string>) => [...new Set(keys)].filter((key) => isName(key) && !snakeCase.test(key))

test('every schema of the contract names its fields in snake case', async () => {
  const files = readdirSync(fileURLToPath(contract), { recursive: true, encoding: 'utf8' })
  let schemas = 0
  for (const file of files.filter((each) => /\.ts$/.test(each) && !/\.test\.ts$|node_modules/.test(each)))
    for (const [name, value] of Object.entries(await import(new URL(file, contract).href))) {
      if (!(value instanceof z.ZodType)) continue
      schemas++
      for (const io of ['input', 'output'] as const) {
        const json: unknown = z.toJSONSchema(value, { io, unrepresentable: 'any' })
        assert.deepEqual(notSnakeCase(fieldsIn(json)), [], `${file} ${name}`)
      }
    }
  assert.ok(schemas > 40, `${schemas} schemas`)
})

test('every field, parameter and example of the reference is snake case', () => {
  const { paths, components } = openApi(Object.values(routes), '0')
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const parameters = operations.flatMap((operation) =>
    (operation.parameters ?? []).filter((one) => one.in !== 'header').map(({ name }) => name),
  )
  const fields = [...fieldsIn(paths), ...fieldsIn(components.schemas)]
  assert.ok(parameters.length > 30 && fields.length > 300, `${parameters.length} and ${fields.length}`)
  assert.deepEqual(notSnakeCase([...parameters, ...fields]), [])
})

test('every metric and label is snake case, and so is every figure of a source', async () => {
  const figures = { kernel_drops: 2, receive_buffer_bytes: 212_992 }
  const sources = statusOk.sources.map((source) => ({ ...source, figures }))
  await using api = await apiUnderTest({ layout: layoutOf(['A']), status: () => ({ ...statusOk, sources }) })
  const { body } = await api.app.inject('/metrics')
  const names = [...body.matchAll(/^([a-zA-Z_]\w*)(?:\{(.*)\})? /gm)]
  assert.ok(names.length > 20)
  const labels = names.flatMap(([, , text = '']) => [...text.matchAll(/(\w+)="/g)].map(([, label]) => label as string))
  const facts = [...body.matchAll(/fact="([^"]*)"/g)].map(([, fact]) => fact as string)
  assert.deepEqual(facts, Object.keys(figures))
  assert.deepEqual(notSnakeCase([...names.map(([, name]) => name as string), ...labels, ...facts]), [])
})

test('what a route takes is what the store can answer and keep', () => {
  const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success
  for (const { query } of [routes.devices, routes.deviceReadings])
    assert.deepEqual(
      [takes(query, { limit: readingPageMax }), takes(query, { limit: readingPageMax + 1 })],
      [true, false],
    )
  const comments = [commentCharsMax, commentCharsMax + 1].map((length) => ({ comment: 'x'.repeat(length) }))
  assert.deepEqual(
    comments.map((query) => takes(routes.publishLayout.query, query)),
    [true, false],
  )
})
