/**
 * CONNECT (MQTT 3.1.1, section 3.1) of the versions 3.1 and 3.1.1; that of 5 is read in version5/. A client of another version is answered,
 * so that it can say what is wrong or try 3.1.1.
 */
import { malformed, type PacketFields } from './packet-fields.ts'
import { fault, type PacketFault, topicFault } from './protocol-fault.ts'

/** CONNACK of 3.1 and 3.1.1: return code in the last byte (3.2.2.3). */
const connack = (returnCode: number) => Buffer.from([0x20, 2, 0, returnCode])
const unacceptableVersion = 1
const identifierRejected = 2
/** MQTT 3.1, section 3.1: 1 to 23 characters. */
const idCharsMaxOf31 = 23

const refused = (reason: string, answer: Buffer): PacketFault => ({ reason, answer, frames: 0 })

export function connectFault(fields: PacketFields): PacketFault | undefined {
  const protocol = fields.text()
  const level = fields.byte()
  if ((protocol !== 'MQTT' && protocol !== 'MQIsdp') || level === undefined)
    return fault('CONNECT that names no protocol of MQTT [MQTT-3.1.2-1]')
  // A bridge sets the highest bit.
  if ((level & 0x7f) !== (protocol === 'MQTT' ? 4 : 3))
    return refused(`CONNECT with protocol level ${level} [MQTT-3.1.2-2]`, connack(unacceptableVersion))
  const flags = fields.byte()
  const keepAlive = fields.uint16()
  if (flags === undefined || keepAlive === undefined) return fault('CONNECT that is cut off [3.1.2]')
  return flagsFault(flags) ?? payloadFault(flags, fields, protocol === 'MQTT' ? undefined : idCharsMaxOf31)
}

const cleanFlag = 0x02
const willFlag = 0x04
const willRetainFlag = 0x20
const passwordFlag = 0x40
const userFlag = 0x80

function flagsFault(flags: number): PacketFault | undefined {
  const willQos = (flags >> 3) & 3
  if (flags & 1) return fault('CONNECT with the reserved flag [MQTT-3.1.2-3]')
  if (willQos === 3) return fault('CONNECT with will QoS 3 [MQTT-3.1.2-14]')
  if (!(flags & willFlag) && (willQos > 0 || flags & willRetainFlag))
    return fault('CONNECT with will QoS or will retain but no will [MQTT-3.1.2-13, MQTT-3.1.2-15]')
  if (flags & passwordFlag && !(flags & userFlag)) return fault('CONNECT with a password and no user [MQTT-3.1.2-22]')
  return undefined
}

function payloadFault(flags: number, fields: PacketFields, idCharsMax: number | undefined): PacketFault | undefined {
  const id = fields.text()
  if (id === undefined || id === malformed)
    return fault('CONNECT whose client id is cut off or malformed [MQTT-1.5.3-1]')
  if (id === '' && (!(flags & cleanFlag) || idCharsMax !== undefined))
    return refused('CONNECT with an empty client id and a session to keep [MQTT-3.1.3-8]', connack(identifierRejected))
  if (idCharsMax !== undefined && id.length > idCharsMax)
    return refused(
      `CONNECT of MQTT 3.1 with a client id of more than ${idCharsMax} characters`,
      connack(identifierRejected),
    )
  if (flags & willFlag) {
    const wrong = topicFault(fields.text())
    if (wrong !== undefined) return fault(`CONNECT with a will: ${wrong}`)
    if (!fields.data()) return fault('CONNECT whose will is cut off [3.1.3.3]')
  }
  const user = flags & userFlag ? fields.text() : ''
  if (user === undefined || user === malformed)
    return fault('CONNECT whose user is cut off or malformed [MQTT-3.1.3-11]')
  if (flags & passwordFlag && !fields.data()) return fault('CONNECT whose password is cut off [3.1.3.5]')
  return fields.left > 0 ? fault(`CONNECT with ${fields.left} bytes behind its end [3.1.3]`) : undefined
}
