import type { Executor } from '../database/database.ts'

/** The people who run the platform, as `isOperator` knows them: whom to tell what is wrong with it. */
export async function findOperators(
  executor: Executor,
  operatorEmails: ReadonlySet<string>,
): Promise<{ name: string; email: string }[]> {
  const { rows } = await executor.query<{ name: string; email: string }>(
    'select name, email from users where is_operator or (email_verified and email = any ($1)) order by id',
    [[...operatorEmails]],
  )
  return rows
}

/** Who of these people runs the platform now. */
export async function operatorsAmong(
  executor: Executor,
  userIds: readonly string[],
  operatorEmails: ReadonlySet<string>,
): Promise<{ id: string; email: string }[]> {
  const { rows } = await executor.query<{ id: string; email: string }>(
    `select id, email from users
     where id = any ($1) and (is_operator or (email_verified and email = any ($2))) order by id`,
    [userIds, [...operatorEmails]],
  )
  return rows
}
