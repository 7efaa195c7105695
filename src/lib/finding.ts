/** One line of `baykeeper doctor`: good, a warning or a fault, with what to do. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'fault'
  readonly what: string
  readonly fix?: string
}
