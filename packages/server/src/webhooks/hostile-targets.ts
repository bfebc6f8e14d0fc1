/**
 * Where webhooks must never go, as data. Ranges follow the special-purpose registries of IANA (RFC 6890), with
 * the first and the last address where a wrong prefix would show.
 */
type HostileHosts = { what: string; hosts: readonly string[] }

export const HOSTILE_HOSTS: readonly HostileHosts[] = [
  { what: 'this network, 0.0.0.0/8', hosts: ['0.0.0.0', '0.1.2.3', '0.255.255.255'] },
  { what: 'private, 10.0.0.0/8', hosts: ['10.0.0.0', '10.0.0.1', '10.255.255.255'] },
  { what: 'carrier-grade NAT, 100.64.0.0/10', hosts: ['100.64.0.1', '100.127.255.254'] },
  { what: 'loopback, 127.0.0.0/8', hosts: ['127.0.0.1', '127.0.0.2', '127.255.255.254'] },
  { what: 'link-local, 169.254.0.0/16', hosts: ['169.254.0.1', '169.254.255.254'] },
  {
    what: 'metadata of clouds',
    hosts: ['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
  },
  { what: 'private, 172.16.0.0/12', hosts: ['172.16.0.1', '172.31.255.254'] },
  { what: 'protocol assignments, 192.0.0.0/24', hosts: ['192.0.0.1', '192.0.0.170'] },
  { what: 'documentation', hosts: ['192.0.2.1', '198.51.100.7', '203.0.113.7'] },
  { what: 'AS112 and AMT', hosts: ['192.31.196.1', '192.52.193.1', '192.175.48.1'] },
  { what: '6to4 relay, 192.88.99.0/24', hosts: ['192.88.99.1'] },
  { what: 'private, 192.168.0.0/16', hosts: ['192.168.0.1', '192.168.255.254'] },
  { what: 'benchmarks, 198.18.0.0/15', hosts: ['198.18.0.1', '198.19.255.254'] },
  { what: 'multicast, 224.0.0.0/4', hosts: ['224.0.0.1', '239.255.255.255'] },
  { what: 'reserved and broadcast, 240.0.0.0/4', hosts: ['240.0.0.1', '255.255.255.255'] },
  {
    what: 'an address as one number, octal, hexadecimal, shortened, with a dot at its end',
    hosts: [
      '2130706433',
      '0x7f000001',
      '017700000001',
      '0177.0.0.1',
      '0x7f.1',
      '127.1',
      '127.0.1',
      '0x7F.0x0.0x0.0x1',
      '0',
      '10.1',
      '2852039166',
      '0xa9fea9fe',
      '0251.0376.0251.0376',
      '127.0.0.1.',
      '2130706433.',
    ],
  },
  {
    what: 'an address in other digits, other dots, and percent-encoded',
    hosts: [
      '１２７.０.０.１',
      '127。0。0。1',
      '127．0．0．1',
      '①②⑦.⓪.⓪.①',
      '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
      '%31%32%37.0.0.1',
      '127%2E0%2E0%2E1',
      '%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1',
    ],
  },
  { what: 'unspecified and loopback, IPv6', hosts: ['[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]'] },
  { what: 'unique local, fc00::/7', hosts: ['[fc00::1]', '[fd00::1]', '[fdff:ffff::1]'] },
  { what: 'metadata of clouds, IPv6', hosts: ['[fd00:ec2::254]', '[fd00:ec2::23]', '[fd20:ce::254]'] },
  { what: 'link-local and site-local', hosts: ['[fe80::1]', '[febf::1]', '[fec0::1]', '[feff::1]'] },
  { what: 'multicast, ff00::/8', hosts: ['[ff02::1]', '[ff05::2]', '[ff0e::1]'] },
  { what: 'discard and dummy, segment routing', hosts: ['[100::1]', '[100:0:0:1::1]', '[5f00::1]'] },
  { what: 'documentation, IPv6', hosts: ['[2001:db8::1]', '[3fff::1]', '[3fff:fff::1]'] },
  {
    what: 'benchmarks, ORCHID, AS112',
    hosts: ['[2001:2::1]', '[2001:10::1]', '[2001:20::1]', '[2620:4f:8000::1]'],
  },
  {
    what: 'IPv4 inside IPv6: mapped, compatible, translated',
    hosts: [
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::ffff:10.0.0.1]',
      '[::ffff:169.254.169.254]',
      '[::FFFF:A9FE:A9FE]',
      '[::127.0.0.1]',
      '[::7f00:1]',
      '[::ffff:0:127.0.0.1]',
    ],
  },
  {
    what: 'IPv4 inside IPv6: NAT64, and NAT64 for local use',
    hosts: [
      '[64:ff9b::127.0.0.1]',
      '[64:ff9b::a9fe:a9fe]',
      '[64:ff9b::10.0.0.1]',
      '[64:ff9b:1::1]',
      '[64:ff9b:1::7f00:1]',
    ],
  },
  {
    what: 'IPv4 inside IPv6: 6to4, Teredo',
    hosts: [
      '[2002:7f00:1::]',
      '[2002:a9fe:a9fe::1]',
      '[2002:a00:1::1]',
      '[2001:0:7f00:1::]',
      '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    ],
  },
  {
    what: 'IPv4 inside IPv6: ISATAP, under a link-local and under a global prefix',
    hosts: [
      '[fe80::5efe:127.0.0.1]',
      '[2606:4700::5efe:10.0.0.1]',
      '[2606:4700::200:5efe:127.0.0.1]',
      '[2a00:1450:0:1:0:5efe:a9fe:a9fe]',
    ],
  },
]

/** Names of this machine: refused when they are saved, whatever they resolve to. */
export const LOCAL_NAMES: readonly string[] = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'anything.localhost',
  'a.b.localhost.',
  'localhost.localdomain',
  'localhost4.localdomain4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  '%6cocalhost',
]

/** Whole URLs that nothing is sent to, and the words that say why. */
export const HOSTILE_URLS: readonly (readonly [url: string, fault: string])[] = [
  ['ftp://example.com/', 'must start with https://'],
  ['file:///etc/passwd', 'must start with https://'],
  ['gopher://example.com/', 'must start with https://'],
  ['ws://example.com/', 'must start with https://'],
  ['unix:///var/run/docker.sock', 'must start with https://'],
  ['javascript:alert(1)', 'must start with https://'],
  ['data:text/plain,x', 'must start with https://'],
  ['https://user@example.com/', 'must not hold a user name or password; use a custom header'],
  ['https://user:secret@example.com/', 'must not hold a user name or password; use a custom header'],
  ['http://example.com@127.0.0.1/', 'must not hold a user name or password; use a custom header'],
  ['http://example.com:80@127.0.0.1/', 'must not hold a user name or password; use a custom header'],
  ['http://127.0.0.1\\@example.com/', 'must not hold invisible characters or backslashes'],
  ['http:\\\\127.0.0.1/', 'must not hold invisible characters or backslashes'],
  ['https://exam\nple.com/', 'must not hold invisible characters or backslashes'],
  ['https://example.com/\u0000', 'must not hold invisible characters or backslashes'],
  ['https://example.com/\u202efdp.exe', 'must not hold invisible characters or backslashes'],
  ['https://exam\u00adple.com/', 'must not hold invisible characters or backslashes'],
  ['https://example.com/#part', 'must not hold a fragment (#)'],
  ['https://', 'must be a URL such as https://example.com/webhooks'],
  ['http:///', 'must be a URL such as https://example.com/webhooks'],
  ['/webhooks', 'must be a URL such as https://example.com/webhooks'],
  ['https://[fe80::1%25eth0]/', 'must be a URL such as https://example.com/webhooks'],
  ['https://[fe80::1%eth0]/', 'must be a URL such as https://example.com/webhooks'],
  ['http://127.0.0.1%00.example.com/', 'must be a URL such as https://example.com/webhooks'],
  ['http://256.0.0.1/', 'must be a URL such as https://example.com/webhooks'],
  ['https://example.com:65536/', 'must be a URL such as https://example.com/webhooks'],
  ['https://127.0.0.1../', 'must have a valid host name'],
  ['https://a..example.com/', 'must have a valid host name'],
  ['https://*.example.com/', 'must have a valid host name'],
  [`https://${'a'.repeat(64)}.example.com/`, 'must have a valid host name'],
  [`https://${'a.'.repeat(126)}example/`, 'must have a valid host name'],
  [`https://example.com/${'x'.repeat(2048)}`, 'must have at most 2048 characters'],
  ...[
    0, 1, 22, 25, 53, 79, 110, 143, 445, 465, 587, 993, 2049, 2375, 3306, 5060, 5432, 6000, 6379, 6667, 9200,
    10250, 11211, 27017,
  ].map(
    (port) =>
      [
        `https://example.com:${port}/`,
        `must not use port ${port}, which is kept for other services`,
      ] as const,
  ),
]

/** What a hostile name server says, one list for each look-up; the last is said for ever. */
export const HOSTILE_NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'loopback.example': [['127.0.0.1']],
  'loopback6.example': [['::1']],
  'unspecified.example': [['0.0.0.0']],
  'private.example': [['10.0.0.1']],
  'metadata.example': [['169.254.169.254']],
  'metadata6.example': [['fd00:ec2::254']],
  'unique-local.example': [['fd12:3456::1']],
  'mapped.example': [['::ffff:127.0.0.1']],
  'nat64.example': [['64:ff9b::a00:1']],
  'mixed.example': [['93.184.215.14', '127.0.0.1']],
  'mixed-last.example': [['93.184.215.14', '8.8.8.8', '1.1.1.1', '9.9.9.9', '10.0.0.1']],
  'mixed-families.example': [['93.184.215.14', '::1']],
}

/** Answers publicly once, so that the name passes, and privately afterwards. */
export const REBINDING_NAME = 'rebinding.example'
export const REBINDING_ANSWERS: readonly (readonly string[])[] = [['93.184.215.14'], ['169.254.169.254']]

export const PUBLIC_ADDRESSES: readonly string[] = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.215.14',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450::1',
  '64:ff9b::808:808',
  '::ffff:8.8.8.8',
]

export const hostileHosts = (): string[] => HOSTILE_HOSTS.flatMap(({ hosts }) => hosts)
