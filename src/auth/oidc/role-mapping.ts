/** What a person may do by the claims of the provider. */
import type { Role } from '@baykeeper/contract/vocabulary.ts'
import type { OidcSettings } from './settings.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface MappedRole {
  readonly role: Role
  /** Undefined: all. */
  readonly sites: readonly string[] | undefined
}

/** The first entry whose value the claim has; undefined: no access. */
export function roleByClaims(
  claims: Claims,
  { claim, roles }: Pick<OidcSettings, 'claim' | 'roles'>,
): MappedRole | undefined {
  const values = new Set(valuesOf(claims, claim))
  const found = roles.find(({ value }) => values.has(value))
  return found && { role: found.role, sites: found.sites }
}

/** A claim whose own name holds dots (`https://example.org/groups`) comes before a path. */
function valuesOf(claims: Claims, name: string): readonly string[] {
  const found = Object.hasOwn(claims, name) ? claims[name] : name.split('.').reduce<unknown>(inner, claims)
  const list: readonly unknown[] = Array.isArray(found) ? found : [found]
  return list.filter((value) => typeof value === 'string')
}

const inner = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
