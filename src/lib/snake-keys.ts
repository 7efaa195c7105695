/** Names of properties as JSON carries them: `lastRecord` is `last_record` there. */
type Primitive = string | number | bigint | boolean | null | undefined | symbol

type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeName<Rest>}`
  : Name

export type SnakeKeys<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? SnakeKeys<Item>[]
    : { [Key in keyof T as Key extends string ? SnakeName<Key> : Key]: SnakeKeys<T[Key]> }

/** The same type, or one that nothing fits to where a name of it is not snake case: the compiler then shows which. */
export type IfSnakeKeys<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? readonly IfSnakeKeys<Item>[]
    : T extends object
      ? {
          [Key in keyof T]: Key extends string ? (IsSnakeName<Key> extends true ? IfSnakeKeys<T[Key]> : never) : T[Key]
        }
      : T

/** Keys of a `Record<string, ...>` are data, and are as they are. */
type IsSnakeName<Name extends string> = string extends Name ? true : Name extends Lowercase<Name> ? true : false

const snakeName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** All the way down. Only for values whose keys are names in code: a key that is data would be changed too. */
export function snakeKeys<const T>(value: T): SnakeKeys<T> {
  if (Array.isArray(value)) return value.map((item) => snakeKeys(item)) as SnakeKeys<T>
  if (value === null || typeof value !== 'object') return value as SnakeKeys<T>
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [snakeName(name), snakeKeys(inner)]),
  ) as SnakeKeys<T>
}
