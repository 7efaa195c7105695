/** A request of the reference page, from what was typed. Pure. */
import { idInPath } from '@baykeeper/contract/path-id.ts'

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
}

/** Target of the request; or the names of required parameters that are missing. */
export function targetOf(
  path: string,
  parameters: readonly Parameter[],
  typed: ReadonlyMap<string, string>,
): { readonly target: string } | { readonly missing: readonly string[] } {
  const missing = parameters.filter(({ name, required }) => required && !typed.get(name)).map(({ name }) => name)
  if (missing.length > 0) return { missing }
  const query = new URLSearchParams()
  for (const { name, in: where } of parameters) {
    const value = typed.get(name)
    if (where === 'query' && value) query.set(name, value)
  }
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(idInPath(typed.get(name) ?? '')))
  return { target: query.size > 0 ? `${filled}?${query}` : filled }
}

/** JSON is indented; other text stays as it is. */
export function shownBody(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    // Not every answer is JSON.
    return text
  }
}
