/** The yardstick of the built-in broker: the same library with nothing behind it. Prints its URL; ends with its standard input. */
import net from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
const server = net.createServer({ noDelay: true }, broker.handle)
server.listen(0, '127.0.0.1', () => console.log(`mqtt://127.0.0.1:${(server.address() as net.AddressInfo).port}`))
process.stdin.resume().once('end', () => process.exit())
