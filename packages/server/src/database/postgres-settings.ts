/** What the product runs with: durable, private, within a small machine's memory. */
export const SETTINGS: Record<string, string> = {
  // Nobody but this machine's folder owner may connect: a socket in a 0700 folder, no TCP.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  // A search for words that many transactions have needs its bitmap exact: at 4 MB it took 1.8 s in place of 60 ms.
  work_mem: '16MB',
  huge_pages: 'off',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_level: 'minimal',
  max_wal_senders: '0',
  random_page_cost: '1.1',
  jit: 'off',
  // Nothing that a request asks is worth a second core, and parallel workers need more of /dev/shm than a container has.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Statements and row values may be secret or personal: they stay out of the log.
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
}

/** On top of the above for tests, whose data may vanish with the machine. */
export const SETTINGS_WITHOUT_DURABILITY: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '1h',
  max_connections: '300',
}
