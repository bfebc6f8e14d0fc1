/** What a person can mend, said in a line. */
export class BackupError extends Error {
  override name = 'BackupError'
}
