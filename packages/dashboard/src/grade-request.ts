import { ProblemError } from './api.ts'
import type { Problem, SignatureGrade } from './api-types.ts'
import { sendSignedRequest } from './send-signed-request.ts'

/** Whatever is sent here is graded and not carried out. */
export const GRADED_PATH = '/v1/test/signature'

/**
 * Signs a GET in this browser, as any customer's code would, and has the server grade it.
 * @throws ProblemError
 */
export async function gradeFromHere(pair: { publicKey: string; secretKey: string }): Promise<SignatureGrade> {
  const { status, body } = await sendSignedRequest({
    path: GRADED_PATH,
    publicKey: pair.publicKey,
    signingKey: { secretKey: pair.secretKey },
  })
  const answer = JSON.parse(body) as SignatureGrade | Problem
  if (status !== 200) throw new ProblemError(answer as Problem)
  return answer as SignatureGrade
}
