/**
 * One Modbus request and its answer: bytes in, bytes out. By the MODBUS Application Protocol V1.1b3 and MODBUS Messaging on TCP/IP V1.0b:
 * functions 3 and 4 read registers, everything else is refused with exception 1.
 */

/** Transaction (2), protocol (2), length (2); the length counts unit and function. */
export const headerBytes = 6
/** Unit (1) and a protocol data unit of at most 253 bytes. */
const bodyBytesMax = 254
const bodyBytesMin = 2
const registersMax = 125
const addresses = 65_536
const exceptions = { function: 1, address: 2, value: 3, unit: 11 } as const
/** A client that has no gateway in front of it addresses the device so. */
const directUnits: readonly number[] = [0, 255]

/** Length of the first message in the bytes, `undefined` while its header is not whole. Throws where it is no Modbus. */
export function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < headerBytes) return undefined
  const body = bytes.readUInt16BE(4)
  if (bytes.readUInt16BE(2) !== 0 || body < bodyBytesMin || body > bodyBytesMax)
    throw new RangeError('not a Modbus TCP message')
  return headerBytes + body
}

/** `message`: one whole one. `read`: a register, undefined where there is none. */
export function answerTo(message: Buffer, unit: number, read: (address: number) => number | undefined): Buffer {
  const asked = message[headerBytes] as number
  const operation = message[headerBytes + 1] as number
  const pdu = message.subarray(headerBytes + 1)
  const answer =
    asked === unit || directUnits.includes(asked) ? registers(operation, pdu, read) : exception(operation, 'unit')
  const header = Buffer.alloc(headerBytes + 1)
  message.copy(header, 0, 0, 4)
  header.writeUInt16BE(answer.length + 1, 4)
  header[headerBytes] = asked
  return Buffer.concat([header, answer])
}

const exception = (operation: number, why: keyof typeof exceptions) => Buffer.from([operation | 0x80, exceptions[why]])

function registers(operation: number, pdu: Buffer, read: (address: number) => number | undefined): Buffer {
  if (operation !== 3 && operation !== 4) return exception(operation, 'function')
  if (pdu.length !== 5) return exception(operation, 'value')
  const [first, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)]
  if (count < 1 || count > registersMax) return exception(operation, 'value')
  if (first + count > addresses) return exception(operation, 'address')
  const answer = Buffer.alloc(2 + 2 * count)
  answer[0] = operation
  answer[1] = 2 * count
  for (let i = 0; i < count; i++) {
    const value = read(first + i)
    // Half of what was asked for would look like all of it.
    if (value === undefined) return exception(operation, 'address')
    answer.writeUInt16BE(value, 2 + 2 * i)
  }
  return answer
}
