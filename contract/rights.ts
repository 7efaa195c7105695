/**
 * Who may do what, once: a route names a right, and a right names the roles of persons and the scopes of API keys that have it. What is not in
 * the table is refused. The reference and SECURITY.md show the table.
 */
import { type Role, roles, type Scope } from './vocabulary.ts'

export interface RightDeclaration {
  readonly about: string
  readonly roles: readonly Role[]
  /** The scope `admin` has every right that a key can have. */
  readonly scopes: readonly Scope[]
  /** Only a person who has signed in: no key, with any scope. */
  readonly personal?: true
}

const without = (...those: readonly Role[]) => roles.filter((role) => !those.includes(role))

export const rights = {
  read: { about: 'see everything', roles, scopes: ['read'] },
  operate: {
    about: 'act on alerts, set bays, count, assign devices, set signs',
    roles: without('viewer', 'planner'),
    scopes: ['operate'],
  },
  plan: { about: 'reports that are sent', roles: ['planner', 'admin'], scopes: ['operate'] },
  draft: { about: 'check a layout', roles: without('viewer', 'operator'), scopes: ['operate', 'layout'] },
  layout: { about: 'publish and change the layout', roles: ['engineer', 'admin'], scopes: ['layout'] },
  devices: {
    about: 'retry and discard dead letters, publish decoders',
    roles: ['engineer', 'admin'],
    scopes: ['devices'],
  },
  rules: { about: 'change the rules of alerts', roles: ['engineer', 'admin'], scopes: [] },
  account: { about: 'own account: password, sessions', roles, scopes: [], personal: true },
  admin: { about: 'users, keys and the audit log', roles: ['admin'], scopes: [] },
} as const satisfies Readonly<Record<string, RightDeclaration>>
export type Right = keyof typeof rights
export const rightNames = Object.keys(rights) as readonly Right[]

const declared: Readonly<Partial<Record<string, RightDeclaration>>> = rights

/** Undefined for a name that is not in the table. */
export const rightNamed = (right: string): RightDeclaration | undefined =>
  Object.hasOwn(declared, right) ? declared[right] : undefined

/** A right that is not in the table is granted to no role and no scope. */
export const roleMay = (role: Role, right: string): boolean => rightNamed(right)?.roles.includes(role) ?? false

export function scopesMay(scopes: readonly Scope[], right: string): boolean {
  const found = rightNamed(right)
  if (!found || found.personal) return false
  return scopes.includes('admin') || found.scopes.some((scope) => scopes.includes(scope))
}
