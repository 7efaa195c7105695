/**
 * What the driver of a port reports as lost: the counters of /proc/tty/driver/NAME (Linux), which are those of `TIOCGICOUNT`, for
 * which Node has no ioctl. Most USB adapters and pseudo-terminals have none there, and only root may read the folder: then the
 * answer is undefined, which is not the same as 0.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface DriverCounters {
  /** Bytes received since the driver was loaded. */
  readonly received: number
  /** Characters that came while the UART's own buffer was full. */
  readonly overruns: number
  /** Characters that came while the kernel's buffer of the terminal was full. */
  readonly bufferOverruns: number
  readonly framingErrors: number
  readonly parityErrors: number
  readonly breaks: number
}

/** `root` stands before /proc, for tests. Undefined where the platform does not say. */
export async function driverCounters(device: string, root = '/'): Promise<DriverCounters | undefined> {
  // A device that is gone has no counters.
  const file = await stat(device).catch(() => undefined)
  if (!file?.isCharacterDevice()) return undefined
  const { major, minor } = numbersOf(file.rdev)
  const drivers = await read(join(root, 'proc/tty/drivers'))
  const driver = drivers && driverOf(drivers, major, minor)
  if (!driver) return undefined
  const lines = await read(join(root, 'proc/tty/driver', driver.name))
  return lines === undefined ? undefined : countersOf(lines, minor - driver.firstMinor)
}

/** The driver with this device number; columns: name, device prefix, major, minors, type. */
export function driverOf(
  drivers: string,
  major: number,
  minor: number,
): { readonly name: string; readonly firstMinor: number } | undefined {
  for (const line of drivers.split('\n')) {
    const [name, , itsMajor, minors = ''] = line.trim().split(/\s+/)
    const [first = Number.NaN, last = first] = minors.split('-').map(Number)
    if (name && Number(itsMajor) === major && first <= minor && minor <= last) return { name, firstMinor: first }
  }
  return undefined
}

/**
 * Counters of one port: `0: uart:16550A port:000003F8 irq:4 tx:0 rx:812 fe:1 oe:12 bo:3 RTS|DTR`. The driver leaves out what is 0,
 * and all of it where it may not or cannot tell: only a line with `rx` counts.
 */
export function countersOf(lines: string, port: number): DriverCounters | undefined {
  const line = lines.split('\n').find((text) => text.startsWith(`${port}:`))
  const values = new Map(line?.matchAll(/ ([a-z]+):(\d+)(?= |$)/g).map(([, name, value]) => [name, Number(value)]))
  const received = values.get('rx')
  if (received === undefined) return undefined
  return {
    received,
    overruns: values.get('oe') ?? 0,
    bufferOverruns: values.get('bo') ?? 0,
    framingErrors: values.get('fe') ?? 0,
    parityErrors: values.get('pe') ?? 0,
    breaks: values.get('brk') ?? 0,
  }
}

/** Linux packs a device number into 64 bits: the low parts of major and minor in 20 bits, the rest above. */
export function numbersOf(rdev: number): { major: number; minor: number } {
  const packed = BigInt(rdev)
  return {
    major: Number(((packed >> 8n) & 0xfffn) | ((packed >> 32n) & ~0xfffn)),
    minor: Number((packed & 0xffn) | ((packed >> 12n) & 0xfffff00n)),
  }
}

/** A driver that does not offer a file leaves its figure out. */
const read = (path: string) => readFile(path, 'utf8').catch(() => undefined)
