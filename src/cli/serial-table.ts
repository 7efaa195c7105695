/** Every command that works on a serial port, and its options. */
import type { Command, Option } from 'commander'
import { addAll, decimal, decimalOrMax, whole } from './option-values.ts'
import { json, jsonAbout, type RunAction } from './placed-command.ts'

const speed = (): Option =>
  whole('--baud <n>', 'speed of the port (default 115200; sniff tries the usual ones)', { min: 50, max: 4_000_000 })
const hourS = 3_600

export function addSerial(serial: Command, run: RunAction): void {
  addAll(
    serial
      .command('sniff')
      .description('listens to a port and prints the configuration that reads it')
      .argument('<port>'),
    [speed(), decimal('--seconds <s>', 'how long it listens at each speed (default 5)', { min: 0.2, max: hourS })],
  )
    .option(json, jsonAbout)
    .action(
      run(async (...args: Parameters<typeof import('./serial.ts').serialSniff>) =>
        (await import('./serial.ts')).serialSniff(...args),
      ),
    )
  addAll(
    serial
      .command('capture')
      .description('keeps what a port sends, with its times, in a file')
      .argument('<port>')
      .argument('<file>'),
    [speed(), decimal('--seconds <s>', 'how long (default 60; Ctrl-C ends it)', { min: 0.2, max: 24 * hourS })],
  )
    .option(json, jsonAbout)
    .action(
      run(async (...args: Parameters<typeof import('./serial.ts').serialCapture>) =>
        (await import('./serial.ts')).serialCapture(...args),
      ),
    )
  addAll(serial.command('play').description('sends a capture to a port').argument('<file>').argument('<port>'), [
    speed(),
    decimalOrMax('--speed <times>', 'so many times as fast, or max (default 1)', { min: 0.01, max: 1_000_000 }),
  ])
    .option(json, jsonAbout)
    .action(
      run(async (...args: Parameters<typeof import('./serial.ts').serialPlay>) =>
        (await import('./serial.ts')).serialPlay(...args),
      ),
    )
}
