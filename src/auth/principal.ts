/** Who calls: a person with a role, or a key with scopes; either may be limited to sites. */
import { type Right, rightNames, roleMay, scopesMay } from '@baykeeper/contract/rights.ts'
import type { Role, Scope } from '@baykeeper/contract/vocabulary.ts'

export interface Principal {
  /** Shown as the author of changes. */
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Of a person, whose rights follow from it and not from scopes. */
  readonly role?: Role
  /** Id of the person's account. */
  readonly account?: string
  /** Absent: all sites. */
  readonly sites?: readonly string[]
}

/** A right that is in no table is granted to none. */
export const mayUse = ({ role, scopes }: Principal, right: string): boolean =>
  role === undefined ? scopesMay(scopes, right) : roleMay(role, right)

export const rightsOf = (principal: Principal): readonly Right[] =>
  rightNames.filter((right) => mayUse(principal, right))

/** Of two limits, in any order; a limit to none is not the same as none. */
export const isSameSites = (one: readonly string[] | undefined, other: readonly string[] | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : one.length === other.length &&
      one.every((site) => other.includes(site)) &&
      other.every((site) => one.includes(site))

/** Unique over persons and keys: two persons may have one name. */
export const principalId = ({ account, name }: Principal): string =>
  account === undefined ? `key:${name}` : `person:${account}`
