import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeWebhookSecret, webhookHeaders } from '../../src/node/webhooks/sign-webhook.ts'
import { systemRandom } from '../../src/runtime/random.ts'

test('signs as the example of the Standard Webhooks libraries does', () => {
  const headers = webhookHeaders(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_999,
    '{"test": 2432232314}',
  )
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('a secret of ours is a fresh key of 32 bytes, and another one signs otherwise', () => {
  const [one, other] = [makeWebhookSecret(systemRandom), makeWebhookSecret(systemRandom)]
  expect(Buffer.from(one.slice('whsec_'.length), 'base64')).toHaveLength(32)
  expect(one).not.toBe(other)
  const signed = (secret: string) => webhookHeaders(secret, 'trn_1-3', 0, '{}')['webhook-signature']
  expect(signed(one)).not.toBe(signed(other))
  const byHand = createHmac('sha256', Buffer.from(one.slice('whsec_'.length), 'base64'))
    .update('trn_1-3.0.{}')
    .digest('base64')
  expect(signed(one)).toBe(`v1,${byHand}`)
})
