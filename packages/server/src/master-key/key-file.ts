import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { masterKeyId, newMasterKey, parseMasterKey, SealError } from '../encryption.ts'

/** Puts a new key at the head of the file, where it seals from now on; the others stay behind it and open. */
export function addMasterKey(path: string): string {
  const key = newMasterKey()
  replaceFile(path, `${key}\n${readFileSync(path, 'utf8')}`)
  return masterKeyId(parseMasterKey(key)!)
}

/** Takes a key out of the file. @throws SealError when it is not there, or is the one that seals */
export function removeMasterKey(path: string, id: string): void {
  const lines = readFileSync(path, 'utf8').split('\n')
  const idOf = (line: string): string | null => {
    const key = line.startsWith('#') ? null : parseMasterKey(line)
    return key && masterKeyId(key)
  }
  const ids = lines.map(idOf).filter((one) => one !== null)
  if (!ids.includes(id)) throw new SealError(`${path} holds no key ${id}.`)
  if (ids[0] === id) throw new SealError(`Key ${id} is the one that seals; rotate first.`)
  replaceFile(path, lines.filter((line) => idOf(line) !== id).join('\n'))
}

/** The file is the old one or the new one at every moment, a power cut included, and stays its owner's alone. */
function replaceFile(path: string, text: string): void {
  const { uid, gid } = statSync(path)
  const draft = `${path}.new`
  // What an interrupted rotation left: it never became the file.
  rmSync(draft, { force: true })
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  chmodSync(draft, 0o600)
  // Whoever runs the command, the server must be able to read the file.
  const made = statSync(draft)
  if (made.uid !== uid || made.gid !== gid) chownSync(draft, uid, gid)
  renameSync(draft, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
