/**
 * The reference for people: the OpenAPI document as one page that is whole without a script; with one, requests can be sent from it. Descriptions are those of
 * the contract, in English; in another language they are marked so.
 */
import { routes } from '@baykeeper/contract/routes.ts'
import type { OpenApi, Operation } from '../openapi.ts'
import type { Assets } from './assets.ts'
import { pageText } from './frame.ts'
import { type Html, html, jsonBlock } from './html.ts'
import { otherLanguages, type PageWords } from './page-words.ts'
import { tryWords } from './try-words.ts'

type Schema = Record<string, unknown>

interface Reference {
  readonly spec: OpenApi
  readonly words: PageWords
}

export function referencePage({ spec, words }: Reference, assets: Assets): string {
  const { reference } = words
  const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const groups = [...Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? '')]
  const name = (tag: string) => reference.tags[tag] ?? tag
  return pageText({
    title: `Baykeeper · ${words.apiReference}`,
    ...{ words, assets, page: 'reference' },
    body: html`<header><h1>Baykeeper ${words.apiReference} ${spec.info.version}</h1><a href="/">${words.publicPage}</a></header>
<main>
<p>${english(spec.info.description, words)}</p>
<p>${reference.sameAsData}</p>
<p>${reference.access}</p>
<p>${reference.curl}</p>
<nav class="sections" aria-label="${reference.sections}">${groups.map(([tag]) => html`<a href="#${slug(tag)}">${name(tag)}</a>`)}</nav>
${groups.map(
  ([tag, members]) => html`<section id="${slug(tag)}"><h2>${name(tag)}</h2>
${members.map((member) => endpointCard(member, { spec, words }))}
</section>`,
)}
</main>
${jsonBlock('try-words', tryWords(words.locale))}
<footer>Baykeeper ${spec.info.version}${otherLanguages(words)}</footer>`,
  })
}

const keyOf = (method: string, path: string) => `${method.toLowerCase()} ${path}`
const namesOfRoutes = new Map(Object.entries(routes).map(([name, { method, path }]) => [keyOf(method, path), name]))

const slug = (tag: string) => tag.toLowerCase().replaceAll(' ', '-')

/** Backquoted words become code. */
const coded = (text: string): Html =>
  html`${text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`

/** A text of the contract. */
const english = (text: string, { locale }: PageWords): Html =>
  locale === 'en' || text === '' ? coded(text) : html`<span lang="en">${coded(text)}</span>`

interface Member {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

function endpointCard({ path, method, operation }: Member, page: Reference): Html {
  const { words } = page
  const translated = words.reference.summaries[namesOfRoutes.get(keyOf(method, path)) ?? '']
  // The id is of the content: a link to it opens the card.
  return html`<details class="card endpoint" data-method="${method.toUpperCase()}" data-path="${path}" data-parameters="${JSON.stringify((operation.parameters ?? []).map(({ name, in: place, required }) => ({ name, in: place, required })))}"${tryBody(operation)}>
<summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code> <span>${translated ?? operation.summary}</span>
<span class="muted">${access(operation, words)}</span></summary>
<div id="${String(operation['operationId'])}">${block(curlOf({ path, method, operation }))}</div>
${operation.description ? html`<p>${english(operation.description, words)}</p>` : undefined}
${parameterTable(operation, words)}
${bodyPart(operation, page)}
${Object.entries(operation.responses).map(([status, answer]) => answerPart(status, answer, page))}
</details>`
}

/** The form of a body in JSON begins with its example; other bodies are for a terminal. */
function tryBody({ requestBody }: Operation): Html | undefined {
  const json = requestBody?.content['application/json']
  if (!json) return undefined
  const [example] = Object.values(json.examples ?? {}) as readonly { readonly value: unknown }[]
  return html` data-body="${JSON.stringify(example?.value ?? {}, undefined, 2)}"`
}

/** As it is typed into a terminal, after the two variables that the page explains. */
function curlOf({ path, method, operation }: Member): string {
  const [content] = Object.entries(operation.requestBody?.content ?? {})
  const example = content && (Object.values(content[1].examples ?? {})[0] as { readonly value: unknown } | undefined)
  return [
    `curl "$BAYKEEPER${path}"`,
    ...(method === 'get' ? [] : [`-X ${method.toUpperCase()}`]),
    ...(operation.security.length > 0 ? ['-H "Authorization: Bearer $KEY"'] : []),
    ...(content ? [`-H 'Content-Type: ${content[0]}'`] : []),
    ...(example ? [`-d '${JSON.stringify(example.value).replaceAll("'", "'\\''")}'`] : []),
  ].join(' \\\n  ')
}

function access({ security }: Operation, { reference }: PageWords): string {
  const [first] = security
  return first ? `${reference.scope} ${Object.values(first)[0]?.[0] ?? ''}` : reference.open
}

function parameterTable({ parameters }: Operation, words: PageWords): Html | undefined {
  if (!parameters) return undefined
  const { reference } = words
  return html`<div class="scroll" tabindex="0"><table class="fields"><thead><tr><th>${reference.parameter}</th><th>${reference.in}</th><th>${reference.type}</th><th>${reference.meaning}</th></tr></thead>
<tbody>${parameters.map(
    ({ name, in: where, schema, description, required }) =>
      html`<tr><td><code>${name}</code></td><td>${reference.places[where] ?? where}${required ? `, ${reference.required}` : ''}</td><td>${typeText(schema, words)}</td><td>${english(description ?? '', words)}</td></tr>`,
  )}</tbody></table></div>`
}

function bodyPart({ requestBody }: Operation, { spec, words }: Reference): Html | undefined {
  if (!requestBody) return undefined
  return html`${Object.entries(requestBody.content).map(([type, { schema, examples }]) => {
    const shown = Object.values(examples ?? {}).map((example) => (example as { value: unknown }).value)
    return html`<p>${words.reference.body}: <code>${type}</code></p>${fieldTable(resolve(schema, spec), words)}${shown.map(block)}`
  })}`
}

function answerPart(
  status: string,
  { description, content }: Operation['responses'][string],
  { spec, words }: Reference,
): Html {
  const [type, media] = Object.entries(content ?? {})[0] ?? []
  const line = html`<p><strong>${status}</strong> ${english(description, words)}${type ? html` · <code>${type}</code>` : undefined}</p>`
  if (!media || Number(status) >= 400) return line
  const schema = resolve(media.schema, spec)
  const example = media.example ?? exampleOf(schema)
  return html`${line}${fieldTable(schema, words)}${example === undefined ? undefined : block(example)}`
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

function fieldTable(schema: Schema, words: PageWords): Html | undefined {
  const { reference } = words
  const fields = Object.entries(((itemsOf(schema) ?? schema)['properties'] ?? {}) as Record<string, Schema>)
  if (fields.length === 0) return undefined
  return html`<div class="scroll" tabindex="0"><table class="fields"><thead><tr><th>${itemsOf(schema) ? reference.fieldOfItem : reference.field}</th><th>${reference.type}</th><th>${reference.meaning}</th></tr></thead>
<tbody>${fields.map(
    ([name, field]) =>
      html`<tr><td><code>${name}</code></td><td>${typeText(field, words)}</td><td>${english(String(field['description'] ?? ''), words)}</td></tr>`,
  )}</tbody></table></div>`
}

function typeText(schema: Schema, words: PageWords): string {
  const { reference } = words
  const { type, enum: values, anyOf, items, minimum, maximum, default: usual } = schema
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeText(one as Schema, words)).join(` ${reference.or} `)
  if (Array.isArray(values)) return values.map(String).join(' | ')
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  if (type === 'array') return `${reference.listOf} ${typeText((items ?? {}) as Schema, words)}`
  const name = Array.isArray(type) ? type.join(` ${reference.or} `) : String(type ?? reference.any)
  const bounded = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER
  return `${name}${bounded ? ` ${String(minimum ?? '')}..${maximum}` : ''}${usual === undefined ? '' : `, ${reference.default} ${String(usual)}`}`
}
