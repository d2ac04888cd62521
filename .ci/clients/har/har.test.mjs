import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import validate from 'har-validator/lib/promise.js'

const ready = JSON.parse(readFileSync(process.env.ready, 'utf8'))
const control = ready.control
const read = async (file) => {
  const archive = JSON.parse(readFileSync(file, 'utf8'))
  await validate.har(archive)
  for (const entry of archive.log.entries) {
    const { hostname } = new URL(entry.request.url)
    assert.match(hostname, /^(localhost|127\.0\.0\.1)$/)
    assert.ok(!JSON.stringify(entry).includes(ready.token), 'a token in the archive')
  }
  return archive.log.entries
}

test('an archive of a world', async () => {
  const graph = new URL('/v1.0', control).href
  const headers = { authorization: `Bearer ${ready.token}`, 'content-type': 'application/json' }
  await (await fetch(`${graph}/users?$top=1&$select=id,displayName`, { headers })).text()
  await (await fetch(`${graph}/nothing`, { headers })).text()
  const group = { displayName: 'Ümlaut <b>', mailNickname: 'g', mailEnabled: false, securityEnabled: true }
  await (await fetch(`${graph}/groups`, { method: 'POST', headers, body: JSON.stringify(group) })).text()
  const requests = [{ id: '1', method: 'GET', url: '/users' }, { id: '2', method: 'GET', url: '/groups' }]
  await (await fetch(`${graph}/$batch`, { method: 'POST', headers, body: JSON.stringify({ requests }) })).text()
  execFileSync(process.env.graphemu, ['world', 'journal', '--url', control, '--har', 'world.har'])
  const entries = await read('world.har')
  assert.equal(entries.length, 4)
  assert.deepEqual(entries[0].request.queryString, [{ name: '$top', value: '1' }, { name: '$select', value: 'id,displayName' }])
  assert.equal(entries[1].response.status, 400)
  assert.equal(JSON.parse(entries[2].request.postData.text).displayName, group.displayName)
  assert.match(entries[3].comment, /parts: .* GET \/v1.0\/users: 200/)
})

test('an archive of a run', async () => {
  const call = 'curl -s -o answer "$GRAPHEMU_HTTP_URL/users"'
  execFileSync(process.env.graphemu, ['exec', '--verify', 'off', '--scenario', 'throttled', '--har', 'run.har', '--', 'sh', '-c', call])
  const entries = await read('run.har')
  assert.deepEqual(entries.map((e) => e.response.status), [429])
  assert.ok(entries[0].response.headers.some((h) => h.name === 'Retry-After' && h.value === '1'))
})
