/** What nobody sends by accident. Data of the mutations. */

const NUL = '\u0000'

/** In the place of a value in JSON. */
export const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, 2 ** 53 + 2, -0, '', ' ', NUL, 'a\ud800b', '\u202e', '🙂'.repeat(400)],
  ...['x'.repeat(120_000), [], {}, [[]], [null], { a: null }, JSON.parse('{"__proto__":{"a":1}}'), { constructor: { prototype: {} } }],
  ...[JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`), Array.from({ length: 3_000 }, () => 0), '9999-99-99T99:99:99Z', 'NaN', '-1', '1e3'],
  ...[
    'ses_',
    'trn_00000000000000000000000000',
    'med_7zzzzzzzzzzzzzzzzzzzzzzzzz',
    'https://127.0.0.1/',
    'file:///etc/passwd',
    'javascript:0',
  ],
]

/** In the middle of a body, as a name, or in a path or query. */
export const ODD_PIECES: readonly string[] = [
  ...[
    NUL,
    '"',
    '\\',
    '{',
    '}',
    '\r\n',
    '\r\n--edge\r\n',
    '\r\n--edge--',
    '--',
    '__proto__',
    'constructor',
    'toString',
    '../..',
    '%',
    'ä',
    '\u2028',
  ],
  ...[
    '\ufeff',
    '\ud800',
    "' or 1=1 --",
    '$1',
    '{{a}}',
    '*',
    ',',
    ';',
    'a'.repeat(4_000),
    '-1',
    '1e999',
    'null',
    'undefined',
    '[object Object]',
  ],
]

export const ODD_TYPES: readonly string[] = [
  ...[
    '',
    'text/plain',
    'application/xml',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    'APPLICATION/JSON',
    'json',
  ],
  ...['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="', 'multipart/form-data; boundary=edge'],
  ...[
    `multipart/form-data; boundary=${'e'.repeat(300)}`,
    'multipart/mixed; boundary=edge',
    'image/svg+xml',
    'image/heic',
    'image/*',
    '*/*',
  ],
  ...['application/zip', 'application/json, application/zip', 'text/event-stream', 'application/problem+json', 'a/b;'.repeat(200)],
]

export const ODD_METHODS: readonly string[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'CONNECT', 'get', 'FOO', 'M-SEARCH'],
]

export const ODD_HEADERS: Readonly<Record<string, readonly string[]>> = {
  Prefer: ['wait', 'wait=0', 'wait=-1', 'wait=999999999999', 'wait=1;foo', 'wait="1"', 'respond-async, wait=1', ',', 'wait=wait', '=', 'é'],
  'Idempotency-Key': ['', ' ', 'same', 'a'.repeat(255), 'a'.repeat(256), '\u00e9', '"', '../..', '\t'],
  'If-Match': ['*', '"root"', 'root', 'W/"root"', '"', '""', '"a", "b"', '"trn_0"', 'é'],
  'If-None-Match': ['*', '"', 'W/"a"', '"a", *', ','.repeat(500)],
  'If-Range': ['"a"', 'Wed, 21 Oct 2015 07:28:00 GMT', ''],
  Range: [
    'bytes=0-',
    'bytes=-1',
    'bytes=-0',
    'bytes=5-2',
    'bytes=0-0,1-1',
    'bytes=99999999999999999999-',
    'bytes',
    'bytes=-',
    'items=0-1',
    'bytes=a-b',
  ],
  'Last-Event-ID': ['0', '-1', '999999999999999', '9'.repeat(30), '1.5', 'a', '', '0x1'],
  Accept: ['text/event-stream', '', '*/*;q=0', 'text/event-stream, application/json', 'a'.repeat(2_000)],
  Authorization: [
    '',
    'Bearer',
    'Bearer ',
    'Basic a2V5',
    'Bearer pst_a.b',
    `Bearer pst_${'a'.repeat(1_500)}.${'b'.repeat(43)}`,
    'bearer é',
    'Bearer a b',
  ],
  'X-Request-Id': ['', 'a b', 'a'.repeat(5_000), '../..', '\u00e9', '<script>'],
  Origin: ['null', 'https://elsewhere.example', 'a', ''],
  'Content-Encoding': ['gzip', 'identity', 'br, gzip', ''],
  Host: ['', 'elsewhere.example', '127.0.0.1:0', '[::1]', 'a b', '-', 'a'.repeat(300)],
  Expect: ['100-continue', 'cake'],
  traceparent: ['00-00000000000000000000000000000000-0000000000000000-01', 'é', 'ff-1-1-1'],
  Cookie: ['a=b', '; ; =', 'a'.repeat(3_000)],
  'X-Forwarded-For': ['127.0.0.1', 'é'],
  'X-HTTP-Method-Override': ['DELETE'],
  Upgrade: ['websocket', 'h2c'],
  'Access-Control-Request-Method': ['DELETE', ''],
}
