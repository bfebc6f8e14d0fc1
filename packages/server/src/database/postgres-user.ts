import { execFile } from 'node:child_process'
import { chmod, chown, readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How to run a Postgres program so that it does not see itself as root, which it refuses to be. */
export type PostgresUser = {
  /** Put before the program and its arguments. */
  prefix: string[]
  /** Given to spawn; absent means the current user. */
  ids: { uid?: number; gid?: number }
}

const NOBODY = process.platform === 'darwin' ? 4294967294 : 65534

/**
 * Decides as whom Postgres runs. A normal user runs it as itself. Root runs it as the folder's owner
 * when that is not root; else inside a user namespace that maps root to nobody, so that the files stay
 * root's; else, where namespaces are forbidden (many containers), as nobody.
 *
 * @param clusterDir the folder that Postgres will own; it exists
 */
export async function choosePostgresUser(clusterDir: string): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { prefix: [], ids: {} }
  const owner = await stat(clusterDir)
  if (owner.uid !== 0) return { prefix: [], ids: { uid: owner.uid, gid: owner.gid } }

  const prefix = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--']
  const namespacesWork = await run(prefix[0]!, [...prefix.slice(1), 'true']).then(
    () => true,
    () => false,
  )
  if (namespacesWork) return { prefix, ids: {} }

  // Another user has to pass through the data folder; it still cannot list it.
  await chmod(dirname(clusterDir), 0o711)
  const isEmpty = (await readdir(clusterDir)).length === 0
  if (isEmpty) await chown(clusterDir, NOBODY, NOBODY)
  else await run('chown', ['-R', `${NOBODY}:${NOBODY}`, clusterDir])
  return { prefix: [], ids: { uid: NOBODY, gid: NOBODY } }
}
