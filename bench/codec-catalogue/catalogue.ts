/**
 * A directory of vendors' scripts with their own examples, in the forms in which they are published: The Things Network's device repository
 * (`x.js` named by `x-codec.yaml`), and `*codec.js` beside `*examples.json`, `vectors.json` or a list as in TS013. Every `.js` file is a script;
 * one without examples is only loaded.
 */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

export interface Example {
  readonly bytes: Uint8Array
  readonly fPort: number | undefined
  /** Milliseconds. */
  readonly recvTime: number
  /** What the vendor expects: an object as `decodeUplink` returns it. */
  readonly output: { readonly data?: unknown; readonly errors?: readonly unknown[] }
}

export interface CatalogueScript {
  /** Its path in the catalogue. */
  readonly name: string
  readonly text: string
  readonly examples: readonly Example[]
}

const noTime = Date.parse('2026-01-01T00:00:00Z')

export function readCatalogue(dir: string, only?: RegExp): CatalogueScript[] {
  const ofYaml = examplesOfYaml(dir)
  return globSync('**/*.js', { cwd: dir, exclude: (name) => /(?:^|\/)(?:node_modules|test|\.git)$/.test(name) })
    .sort()
    .filter((name) => !only || only.test(name))
    .map((name) => {
      const examples = [...(ofYaml.get(path.normalize(name)) ?? []), ...examplesBeside(path.join(dir, name))]
      return { name, text: readFileSync(path.join(dir, name), 'utf8'), examples: examples.flatMap(exampleOf) }
    })
}

/** By path of the script. */
function examplesOfYaml(dir: string): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>()
  for (const file of globSync('**/*codec*.yaml', { cwd: dir })) {
    const { uplinkDecoder } = (parse(readFileSync(path.join(dir, file), 'utf8')) ?? {}) as {
      uplinkDecoder?: { fileName?: string; examples?: unknown[] }
    }
    if (typeof uplinkDecoder?.fileName !== 'string') continue
    const script = path.normalize(path.join(path.dirname(file), uplinkDecoder.fileName))
    found.set(script, [...(found.get(script) ?? []), ...(uplinkDecoder.examples ?? [])])
  }
  return found
}

/** `upstream-codec.js` has `upstream-examples.json`, `codec.js` has `vectors.json` or `examples.json`, `x.js` may have `x.json`. */
function examplesBeside(script: string): unknown[] {
  const { dir, name } = path.parse(script)
  const names = [name.replace(/codec$/, 'examples'), ...(name === 'codec' ? ['vectors'] : []), name]
  for (const file of new Set(names.map((one) => path.join(dir, `${one}.json`)))) {
    const text = textOrNone(file)
    if (text === undefined) continue
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed)) return parsed
    const { examples, uplink } = parsed as { examples?: unknown; uplink?: unknown }
    return [examples, uplink].flatMap((list) => (Array.isArray(list) ? list : []))
  }
  return []
}

function textOrNone(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Most scripts have only one of the files.
    return undefined
  }
}

function exampleOf(given: unknown): Example[] {
  const { type = 'uplink', input = given, output, expected, expect } = (given ?? {}) as Record<string, unknown>
  const { bytes, hex, fPort, recvTime } = (input ?? {}) as Record<string, unknown>
  const wanted = (output ?? expected ?? (expect === undefined ? undefined : { data: expect })) as
    | Example['output']
    | undefined
  const found = bytesOf(bytes ?? hex)
  if (type !== 'uplink' || !found || wanted === undefined) return []
  const at = Date.parse(String(recvTime))
  return [
    {
      bytes: found,
      fPort: typeof fPort === 'number' ? fPort : undefined,
      recvTime: Number.isNaN(at) ? noTime : at,
      output: wanted,
    },
  ]
}

function bytesOf(given: unknown): Uint8Array | undefined {
  if (Array.isArray(given)) return Uint8Array.from(given as number[])
  return typeof given === 'string' && /^(?:[0-9a-f]{2})*$/i.test(given) ? Uint8Array.fromHex(given) : undefined
}
