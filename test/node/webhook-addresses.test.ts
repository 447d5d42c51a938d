import { expect, test } from 'vitest'
import { isPublicAddress } from '../../src/node/webhooks/public-addresses.ts'

const INSIDE = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '169.254.169.254'],
  ...['100.100.100.200', '168.63.129.16', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255', '203.0.113.9'],
  ...[
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
  ],
  ...['64:ff9b::7f00:1', '2001::1', '2002:7f00:1::', '2001:db8::1', 'fec0::1', '100::1'],
]
const OUTSIDE = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '169.253.1.1',
  '2606:4700:4700::1111',
  '2a00:1450::1',
]

test.each(INSIDE)('%s is not called', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(OUTSIDE)('%s is called', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each(['localhost', '', '127.1', '0x7f000001', '8.8.8.8.'])('%j is no address, and so not one of the outside', (text) => {
  expect(isPublicAddress(text)).toBe(false)
})
