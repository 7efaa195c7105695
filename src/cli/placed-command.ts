/** What commands that work on a data directory have in common. */
import type { Command, Option } from 'commander'
import { addAll, text } from './option-values.ts'

type Exit = number | Promise<number>
/** Runs a command's action and turns its exit code into that of the process. */
export type RunAction = <A extends unknown[]>(action: (...args: A) => Exit) => (...args: A) => Promise<void>

export const place = (): Option[] => [
  text('--config <file>', 'configuration file (default ./baykeeper.yaml if it exists)'),
  text('--data <dir>', 'data directory (default ./data)'),
  text('--store <url>', 'sqlite or mysql://user@host/database (default sqlite)'),
  text('--store-password-file <file>', 'file that holds the password of the database user'),
]
export const json = '--json'
export const jsonAbout = 'one JSON object {ok, data, warnings} on standard output'
/** A command that works on a data directory. */
export const placed = (command: Command): Command => addAll(command, place()).option(json, jsonAbout)
