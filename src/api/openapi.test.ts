import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutSchema } from '@baykeeper/contract/layout.ts'
import { measures } from '@baykeeper/contract/measures.ts'
import { Validator } from '@seriousme/openapi-schema-validator'
import * as z from 'zod'
import type { OpenApi } from './openapi.ts'
import { apiUnderTest } from './testing/api-under-test.ts'

test('the document is OpenAPI 3.1 in structure: every reference resolves, every path parameter is described', async () => {
  await using api = await apiUnderTest()
  const spec = (await api.app.inject('/openapi.json')).json<OpenApi>()
  assert.equal(spec.openapi, '3.1.0')
  assert.ok(spec.info.title && spec.info.version)
  const ids = new Set<string>()
  for (const [path, methods] of Object.entries(spec.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const label = `${method} ${path}`
      const id = String(operation['operationId'])
      assert.ok(/^[a-zA-Z]+$/.test(id) && !ids.has(id), label)
      ids.add(id)
      const described = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name)
      assert.deepEqual(
        described,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        label,
      )
      assert.ok(operation.summary.length > 0)
      assert.ok(
        Object.keys(operation.responses).some((status) => Number(status) < 400),
        label,
      )
      assert.ok(operation.responses['421'], label)
      for (const [status, response] of Object.entries(operation.responses)) {
        assert.ok(response.description, `${label} ${status}`)
        if (Number(status) >= 400 && !response.content?.['text/html'])
          assert.deepEqual(Object.keys(response.content ?? {}), ['application/problem+json'], `${label} ${status}`)
      }
      if (operation.security.length > 0) assert.ok(operation.responses['401'] && operation.responses['403'], label)
    }
  for (const reference of JSON.stringify(spec).matchAll(/"\$ref":"([^"]+)"/g)) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference[1] ?? '')?.[1]
    assert.ok(name && spec.components.schemas[name], reference[1] ?? '')
  }
})

test('a validator of OpenAPI finds nothing wrong with the document, and finds what is', async () => {
  await using api = await apiUnderTest()
  const spec = (await api.app.inject('/openapi.json')).json<OpenApi>()
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(spec))
  assert.ok(valid, JSON.stringify(errors))
  assert.equal(validator.version, '3.1')
  const wrong = { ...spec, paths: { 'no-slash': {} } }
  assert.equal((await new Validator().validate(wrong)).valid, false)
})

test('every answer in JSON has an example, and examples fit their schemas', async () => {
  await using api = await apiUnderTest()
  const spec = (await api.app.inject('/openapi.json')).json<OpenApi>()
  const resolve = (schema: Record<string, unknown>) =>
    spec.components.schemas[String(schema['$ref']).split('/').at(-1) ?? ''] ?? schema
  for (const [path, methods] of Object.entries(spec.paths))
    for (const operation of Object.values(methods))
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const media = content?.['application/json']
        if (!media || path === '/openapi.json') continue
        const schema = resolve(media.schema)
        const example = media.example ?? (schema['examples'] as unknown[] | undefined)?.[0] ?? itemExample(schema, path)
        assert.doesNotThrow(() => z.fromJSONSchema(schema as never).parse(example), `${path} ${status}`)
      }
  const layouts = z.globalRegistry.get(layoutSchema)?.['examples'] as unknown[] | undefined
  assert.ok(layoutSchema.safeParse(layouts?.[0]).success)
})

function itemExample(schema: Record<string, unknown>, path: string): unknown {
  const { items } = (schema['properties'] as Record<string, { items: { examples?: unknown[] } }>)['items'] ?? {}
  assert.ok(items?.examples?.[0], `${path} has no example`)
  return { items: [items.examples[0]], next: null }
}

test('the page shows every endpoint and loads nothing from elsewhere', async () => {
  await using api = await apiUnderTest()
  const spec = (await api.app.inject('/openapi.json')).json<OpenApi>()
  const { body } = await api.app.inject('/docs')
  for (const path of Object.keys(spec.paths)) assert.ok(body.includes(`<code>${path}</code>`), path)
  assert.doesNotMatch(
    body,
    /(?:src|href)="(?:https?:)?\/\/|<style|style="|<script(?! type="application\/json"| type="module" src="\/)/,
  )
  for (const [, href] of body.matchAll(/<link[^>]* href="([^"]+)"/g))
    assert.equal((await api.app.inject(href ?? '')).statusCode, 200, href ?? '')
})

test('the reference describes every measure of a device and of a reading, with its unit', async () => {
  await using api = await apiUnderTest()
  const { schemas } = (await api.app.inject('/openapi.json')).json<{ components: { schemas: object } }>().components
  for (const schema of ['Device', 'DevicePage', 'ReadingPage'])
    for (const { name, en, unit } of measures) {
      const described = `"${name}":{"description":"${unit ? `${en}, ${unit}` : en}"`
      assert.ok(JSON.stringify(schemas[schema as never]).includes(described), `${schema} ${name}`)
    }
})
