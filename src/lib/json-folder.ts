/** The JSON files of a folder, by name in the order of the alphabet: data that is added to the program without code. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface JsonFile {
  readonly name: string
  readonly value: unknown
}

/** Throws where a file is no JSON, with its name. */
export function readJsonFolder(folder: string): readonly JsonFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, value: parse(path.join(folder, name)) }))
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
}
