/** Which addresses belong to the outside: a caller names a host, and must not reach through us what it could not reach itself. */
import type { LookupAddress, LookupAllOptions } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** IANA's special-purpose registry (RFC 6890 and after), multicast, and one cloud's metadata service that sits in public space. */
const RESERVED_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3', '168.63.129.16/32'],
]
/** Of IPv6 only `2000::/3` is the outside, but for tunnels, which can wrap any IPv4 address, and documentation. */
const GLOBAL_IPV6 = ['2000::/3']
const RESERVED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const reserved = blockList([...RESERVED_IPV4, ...RESERVED_IPV6])
const global = blockList(GLOBAL_IPV6)

/** Whether a literal address is the outside's. False for whatever is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !reserved.check(address, 'ipv4')
    case 6:
      return global.check(address, 'ipv6') && !reserved.check(address, 'ipv6')
    default:
      return false
  }
}

export class PrivateAddress extends Error {
  override name = 'PrivateAddress'
}

export type Resolve = (hostname: string, options: LookupAllOptions) => Promise<LookupAddress[]>

/**
 * A lookup that fails with `PrivateAddress` when any address of the host is not the outside's. The socket is given the very
 * addresses that were checked: a second lookup could give others.
 */
export function createPublicLookup(resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolvePublic(resolve, hostname, options.family).then(
      (addresses) => {
        const [first] = addresses
        if (options.all === true || first === undefined) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }
}

async function resolvePublic(resolve: Resolve, hostname: string, family: number | 'IPv4' | 'IPv6' | undefined): Promise<LookupAddress[]> {
  const addresses = await resolve(hostname, { all: true, ...(family === undefined ? {} : { family }) })
  const inside = addresses.find(({ address }) => !isPublicAddress(address))
  if (inside !== undefined) throw new PrivateAddress('the host has an address that is not public')
  return addresses
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', bits = ''] = subnet.split('/')
    list.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
