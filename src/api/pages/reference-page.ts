/** The reference for people: the OpenAPI document as one page that needs no script and nothing from elsewhere. */
import type { OpenApi, Operation } from '../openapi.ts'
import type { Assets } from './assets.ts'
import { pageText } from './frame.ts'
import { type Html, html } from './html.ts'

type Schema = Record<string, unknown>

export function referencePage(spec: OpenApi, assets: Assets): string {
  const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const groups = [...Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? '')]
  return pageText({
    title: 'Baykeeper API',
    assets,
    body: html`<header><h1>Baykeeper API ${spec.info.version}</h1><a href="/">Public page</a></header>
<main>
<p>${coded(spec.info.description)} The same as data: <a href="/openapi.json">openapi.json</a>.</p>
<p>Unless it says <em>open</em>, an endpoint needs <code>Authorization: Bearer KEY</code> or the session of the desk.</p>
<nav class="sections" aria-label="Sections">${groups.map(([tag]) => html`<a href="#${slug(tag)}">${tag}</a>`)}</nav>
${groups.map(
  ([tag, members]) => html`<section id="${slug(tag)}"><h2>${tag}</h2>
${members.map(({ path, method, operation }) => endpointCard(path, method, operation, spec))}
</section>`,
)}
</main>
<footer>Baykeeper ${spec.info.version}</footer>`,
  })
}

const slug = (tag: string) => tag.toLowerCase().replaceAll(' ', '-')

/** Backquoted words become code. */
const coded = (text: string): Html =>
  html`${text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`

const endpointCard = (path: string, method: string, operation: Operation, spec: OpenApi): Html =>
  html`<details class="card endpoint" id="${String(operation['operationId'])}">
<summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code> <span>${operation.summary}</span>
<span class="muted">${access(operation)}</span></summary>
${operation.description ? html`<p>${coded(operation.description)}</p>` : undefined}
${parameterTable(operation)}
${bodyPart(operation, spec)}
${Object.entries(operation.responses).map(([status, { description, content }]) => answerPart(status, description, content, spec))}
</details>`

function access({ security }: Operation): string {
  const [first] = security
  return first ? `scope ${Object.values(first)[0]?.[0] ?? ''}` : 'open'
}

function parameterTable({ parameters }: Operation): Html | undefined {
  if (!parameters) return undefined
  return html`<div class="scroll" tabindex="0"><table class="fields"><thead><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr></thead>
<tbody>${parameters.map(
    ({ name, in: where, schema, description, required }) =>
      html`<tr><td><code>${name}</code></td><td>${where}${required ? ', required' : ''}</td><td>${typeText(schema)}</td><td>${coded(description ?? '')}</td></tr>`,
  )}</tbody></table></div>`
}

function bodyPart({ requestBody }: Operation, spec: OpenApi): Html | undefined {
  if (!requestBody) return undefined
  return html`${Object.entries(requestBody.content).map(([type, { schema, examples }]) => {
    const shown = Object.values(examples ?? {}).map((example) => (example as { value: unknown }).value)
    return html`<p>Body: <code>${type}</code></p>${fieldTable(resolve(schema, spec))}${shown.map(block)}`
  })}`
}

function answerPart(
  status: string,
  description: string,
  content: Operation['responses'][string]['content'],
  spec: OpenApi,
): Html {
  const [type, media] = Object.entries(content ?? {})[0] ?? []
  const line = html`<p><strong>${status}</strong> ${coded(description)}${type ? html` · <code>${type}</code>` : undefined}</p>`
  if (!media || Number(status) >= 400) return line
  const schema = resolve(media.schema, spec)
  const example = media.example ?? exampleOf(schema)
  return html`${line}${fieldTable(schema)}${example === undefined ? undefined : block(example)}`
}

const block = (value: unknown): Html =>
  html`<pre tabindex="0"><code>${typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}</code></pre>`

const resolve = (schema: Schema, spec: OpenApi): Schema =>
  spec.components.schemas[
    String(schema['$ref'] ?? '')
      .split('/')
      .at(-1) ?? ''
  ] ?? schema

/** The example of a schema; a page of items shows one item. */
function exampleOf(schema: Schema): unknown {
  const [example] = (schema['examples'] ?? []) as unknown[]
  if (example !== undefined) return example
  const item = itemsOf(schema)
  const inner = item && exampleOf(item)
  return inner === undefined ? undefined : { items: [inner], next: null }
}

const itemsOf = (schema: Schema): Schema | undefined =>
  (schema['properties'] as Record<string, Schema> | undefined)?.['items']?.['items'] as Schema | undefined

function fieldTable(schema: Schema): Html | undefined {
  const fields = Object.entries(((itemsOf(schema) ?? schema)['properties'] ?? {}) as Record<string, Schema>)
  if (fields.length === 0) return undefined
  return html`<div class="scroll" tabindex="0"><table class="fields"><thead><tr><th>${itemsOf(schema) ? 'field of an item' : 'field'}</th><th>type</th><th>meaning</th></tr></thead>
<tbody>${fields.map(
    ([name, field]) =>
      html`<tr><td><code>${name}</code></td><td>${typeText(field)}</td><td>${coded(String(field['description'] ?? ''))}</td></tr>`,
  )}</tbody></table></div>`
}

function typeText(schema: Schema): string {
  const { type, enum: values, anyOf, items, minimum, maximum, default: usual } = schema
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeText(one as Schema)).join(' or ')
  if (Array.isArray(values)) return values.map(String).join(' | ')
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  if (type === 'array') return `list of ${typeText((items ?? {}) as Schema)}`
  const name = Array.isArray(type) ? type.join(' or ') : String(type ?? 'any')
  const bounded = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER
  return `${name}${bounded ? ` ${String(minimum ?? '')}..${maximum}` : ''}${usual === undefined ? '' : `, default ${String(usual)}`}`
}
