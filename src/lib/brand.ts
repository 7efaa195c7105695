/** Brands: a string or number that only a schema or a named constructor can make. Erased at run time. */
declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
export type Instant = Brand<number, 'Instant'>
export const instant = (ms: number): Instant => Math.trunc(ms) as Instant

/** For the `default` of an exhaustive switch: reaching it is our own fault. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
