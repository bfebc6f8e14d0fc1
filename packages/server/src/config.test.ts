import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, withPort } from './config.ts'

describe('readConfig', () => {
  it('an empty environment gives a loopback server on port 4747 with both roles', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4747,
      publicUrl: 'http://localhost:4747',
      signUp: 'open',
    })
    expect([...config.roles]).toEqual(['api', 'worker'])
    expect(config.authorities.has('127.0.0.1:4747')).toBe(true)
    expect(config.origins).toContain('http://127.0.0.1:4747')
  })

  it('all mistakes are reported together', () => {
    const env = {
      PORT: 'x',
      ROLES: 'api,cook',
      MASTER_KEY: 'short',
      TRUST_PROXY: '10.0.0.0/99',
      DATABASE_URL: 'mysql://x',
      WEBHOOK_RETRY_SCHEDULE: 'soon',
      HOST: '0.0.0.0',
    }
    let error: unknown
    try {
      readConfig(env)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ConfigError)
    const named = (error as ConfigError).faults.map((fault) => fault.split(' ')[0])
    expect(new Set(named)).toEqual(
      new Set([
        'PORT',
        'ROLES',
        'MASTER_KEY',
        'TRUST_PROXY',
        'DATABASE_URL',
        'WEBHOOK_RETRY_SCHEDULE',
        'PUBLIC_URL',
      ]),
    )
  })

  it('a public address needs SMTP_URL, and invites by default', () => {
    const env = { HOST: '0.0.0.0', PUBLIC_URL: 'https://api.example.com' }
    expect(() => readConfig(env)).toThrow(/SMTP_URL/)
    const config = readConfig({ ...env, SMTP_URL: 'smtp://mail' })
    expect(config.signUp).toBe('invite')
    expect([...config.authorities]).toEqual(['api.example.com'])
  })

  it('with PORT=0 the authorities follow the port that was given', () => {
    const config = withPort(readConfig({ PORT: '0' }), 50123)
    expect(config.publicUrl).toBe('http://localhost:50123')
    expect(config.authorities.has('127.0.0.1:50123')).toBe(true)
  })
})
